import type { Messages } from './messages.ts'

/** Why a card was declined, in a sentence. */
export const declineMessage = ({ declines }: Messages['checkout'], code: string | undefined): string =>
  Object.entries(declines).find(([known]) => known === code)?.[1] ?? declines.generic_decline
