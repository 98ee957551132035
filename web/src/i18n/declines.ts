import type { Words } from './en.ts'

/** Why a card was declined, in a sentence. */
export const declineWords = ({ declines }: Words['checkout'], code: string | undefined): string =>
  Object.entries(declines).find(([known]) => known === code)?.[1] ?? declines.generic_decline
