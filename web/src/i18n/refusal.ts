import type { Failure } from '../queries/loaded.ts'
import type { Words } from './en.ts'

/** The field of a form by the name that the API has for it. */
export const fieldName = (field: string | undefined): string | undefined =>
  field === 'priceCents' ? 'price' : field === 'faceValueCents' ? 'faceValue' : field

/** A refusal in the API's own words, or by its code where the page is in another language. */
export const refusalIn = (words: Words, code: string, error: Failure['errors'][number]): string =>
  (code === 'request_validation' ? words.refusedFields[error.field ?? ''] : words.refusals[code]) ?? error.message
