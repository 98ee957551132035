import type { Words } from '../i18n/en.ts'
import type { Failure } from '../queries/loaded.ts'
import { failureIn } from '../queries/loaded.ts'
import type { Answer, Api } from '../server/api/api.ts'

interface Form {
  api: Api
  fields: URLSearchParams
  /** What was chosen in its file fields. */
  files: readonly File[]
  /** The id in the page's own address; empty where it has none. */
  id: string
  words: Words
  /** In which numbers are written. */
  locale: string
}

/** A form leads on (303), leads away to somebody else's site, shows what it made, or is shown again with what was refused. */
export type Outcome =
  | { to: string; cookies: string[] }
  | { away: string }
  | { result: readonly string[]; cookies: string[] }
  | { failure: Failure }

export type Submit = (form: Form) => Promise<Outcome>

/** What a page shows of a form that was refused. */
export interface Refusal extends Failure {
  /** As they were typed, so that nobody types twice; never a password. */
  values: Record<string, string>
}

const SECRET = /password|idempotency|^code$/i

export const keptValues = (fields: URLSearchParams): Record<string, string> =>
  Object.fromEntries(
    [...fields].filter(([name]) => !SECRET.test(name)).map(([name, value]) => [name, value.slice(0, 20_000)]),
  )

export const redirectOnSuccess = (answer: Answer, to: string): Outcome =>
  answer.status >= 200 && answer.status < 300 ? { to, cookies: answer.cookies } : { failure: failureIn(answer) }

/** Refused by the page itself, in its reader's own language. */
export const refused = (errors: Failure['errors']): Outcome => ({
  failure: { status: 400, code: 'form_refused', errors },
})

export const text = (fields: URLSearchParams, name: string): string => fields.get(name)?.trim() ?? ''

/** The key that the form was rendered with: pressing twice, or sending again, counts once. */
export const keyOf = (fields: URLSearchParams): { idempotencyKey: string } => {
  const key = fields.get('idempotencyKey') ?? ''
  return { idempotencyKey: /^[\w-]{16,64}$/.test(key) ? key : crypto.randomUUID() }
}

/** The id of what an answer has made. */
export const idIn = (answer: Answer): string | undefined => {
  const { body } = answer
  return typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string' ? body.id : undefined
}
