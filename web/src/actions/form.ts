import type { Messages } from '../i18n/messages.ts'
import type { Failure } from '../queries/loaded.ts'
import { failureIn } from '../queries/loaded.ts'
import type { Api, ApiResponse } from '../server/api/api.ts'

type Form = {
  api: Api
  fields: URLSearchParams
  /** What was chosen in its file fields. */
  files: readonly File[]
  /** The id in the page's own address; empty where it has none. */
  id: string
  messages: Messages
  /** The locale in which numbers are written. */
  locale: string
}

/**
 * A form redirects (303), redirects to another site, shows what it made, or is shown again with the reason why it was
 * refused.
 */
export type Outcome =
  | { to: string; cookies: string[] }
  | { away: string }
  | { result: readonly string[]; cookies: string[] }
  | { failure: Failure }

export type FormAction = (form: Form) => Promise<Outcome>

/** What a page shows of a form that was refused. */
export type Refusal = Failure & {
  /** As they were typed, so that nothing has to be typed again; never a password. */
  values: Record<string, string>
}

const secretField = /password|idempotency|^code$/i

export const valuesToShowAgain = (fields: URLSearchParams): Record<string, string> =>
  Object.fromEntries(
    [...fields].filter(([name]) => !secretField.test(name)).map(([name, value]) => [name, value.slice(0, 20_000)]),
  )

export const redirectOnSuccess = (answer: ApiResponse, to: string): Outcome =>
  answer.status >= 200 && answer.status < 300 ? { to, cookies: answer.cookies } : { failure: failureIn(answer) }

/** Refused by the page itself, in its reader's own language. */
export const refuse = (errors: Failure['errors']): Outcome => ({
  failure: { status: 400, code: 'form_refused', errors },
})

export const text = (fields: URLSearchParams, name: string): string => fields.get(name)?.trim() ?? ''

/** The key that the form was rendered with: pressing twice, or sending again, counts once. */
export const idempotencyKeyOf = (fields: URLSearchParams): { idempotencyKey: string } => {
  const key = fields.get('idempotencyKey') ?? ''
  return { idempotencyKey: /^[\w-]{16,64}$/.test(key) ? key : crypto.randomUUID() }
}

/** The id of what an answer has made. */
export const idIn = (answer: ApiResponse): string | undefined => {
  const { body } = answer
  return typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string' ? body.id : undefined
}
