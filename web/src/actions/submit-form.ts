import { BodyTooLarge, readBody } from '../gateway/body.ts'
import type { Messages } from '../i18n/en.ts'
import type { Failure } from '../queries/loaded.ts'
import type { Api } from '../server/api/api.ts'
import { changeAccount, signIn, signOut, signUp } from './account.ts'
import { changeAccounts, changeCoupons, refundPayment } from './admin.ts'
import { buy, checkOut } from './buying.ts'
import { type FormAction, type Outcome, type Refusal, valuesToShowAgain } from './form.ts'
import { chooseLanguage } from './language.ts'
import { confirmEmail, forgotPassword, resetPassword, unsubscribe } from './recovery.ts'
import { changeSearches } from './searches.ts'
import { changeEmail, changeSecurity, giveCode, reauthenticate } from './security.ts'
import { changeListing, sell, setUpPayouts } from './selling.ts'

const formActions: [path: RegExp, submitForm: FormAction][] = [
  [/^\/language$/, chooseLanguage],
  [/^\/signup$/, signUp],
  [/^\/signin$/, signIn],
  [/^\/signin\/code$/, giveCode],
  [/^\/signout$/, signOut],
  [/^\/forgot-password$/, forgotPassword],
  [/^\/reset-password$/, resetPassword],
  [/^\/confirm-email$/, confirmEmail],
  [/^\/unsubscribe$/, unsubscribe],
  [/^\/reauthenticate$/, reauthenticate],
  [/^\/searches$/, changeSearches],
  [/^\/sell$/, sell],
  [/^\/listings\/([\w-]{1,64})$/, changeListing],
  [/^\/tickets\/([\w-]{1,64})$/, buy],
  [/^\/orders\/([\w-]{1,64})$/, checkOut],
  [/^\/earnings$/, setUpPayouts],
  [/^\/account$/, changeAccount],
  [/^\/account\/email$/, changeEmail],
  [/^\/account\/security$/, changeSecurity],
  [/^\/admin$/, changeCoupons],
  [/^\/admin\/accounts$/, changeAccounts],
  [/^\/admin\/payments$/, refundPayment],
]

const maxFormBytes = 64 * 1024
const readTimeoutMs = 10_000

export type Submission =
  | { kind: 'none' }
  | { kind: 'leads on'; to: string; cookies: string[] }
  | { kind: 'leads away'; to: string }
  | { kind: 'shows'; result: readonly string[]; cookies: string[] }
  | { kind: 'refused'; refusal: Refusal }

const refuseUnread = (status: number, code: string, message: string): Submission => ({
  kind: 'refused',
  refusal: { status, code, errors: [{ message }], values: {} },
})

type ReaderWords = { messages: Messages; locale: string }

/** Sends a posted form to the API; `none` where there is no form to post to. */
export const submitForm = async (
  request: Request,
  api: Api,
  { messages, locale }: ReaderWords,
): Promise<Submission> => {
  const { pathname } = new URL(request.url)
  const path = pathname.length > 1 && pathname.endsWith('/') ? pathname.slice(0, -1) : pathname
  for (const [pattern, send] of formActions) {
    const match = pattern.exec(path)
    if (match === null) continue
    if (!request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')) {
      return refuseUnread(415, 'unsupported_media_type', messages.forms.ownOnly)
    }
    let fields: URLSearchParams
    try {
      const body = await readBody(request, AbortSignal.timeout(readTimeoutMs), maxFormBytes)
      fields = new URLSearchParams(new TextDecoder().decode(body))
    } catch (error) {
      if (error instanceof BodyTooLarge) return refuseUnread(413, 'body_too_large', messages.forms.tooLarge)
      return refuseUnread(400, 'request_validation', messages.forms.notWhole)
    }
    return toSubmission(await send({ api, fields, id: match[1] ?? '', messages, locale }), fields)
  }
  return { kind: 'none' }
}

const toSubmission = (outcome: Outcome, fields: URLSearchParams): Submission => {
  if ('to' in outcome) return { kind: 'leads on', ...outcome }
  if ('result' in outcome) return { kind: 'shows', ...outcome }
  if ('away' in outcome) return { kind: 'leads away', to: outcome.away }
  const failure: Failure = outcome.failure
  return { kind: 'refused', refusal: { ...failure, values: valuesToShowAgain(fields) } }
}
