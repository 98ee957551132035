import type { Failure } from '../queries/loaded.ts'
import type { Messages } from './en.ts'

/** The field of a form by the name that the API has for it. */
export const fieldName = (field: string | undefined): string | undefined =>
  field === 'priceCents' ? 'price' : field === 'faceValueCents' ? 'faceValue' : field

/** A refusal in the API's own words, or by its code where the page is in another language. */
export const errorMessage = (messages: Messages, code: string, error: Failure['errors'][number]): string =>
  (code === 'request_validation' ? messages.refusedFields[error.field ?? ''] : messages.refusals[code]) ?? error.message
