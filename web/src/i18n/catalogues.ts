import { de } from './de.ts'
import { en, type Messages } from './en.ts'
import type { Language } from './languages.ts'

/** Every language at once: for the server alone, a browser fetches the one that its page is in. */
export const catalogues: Record<Language, Messages> = { en, de }
