import { BodyTooLarge, readBody } from '../gateway/body.ts'
import type { Words } from '../i18n/en.ts'
import type { Failure } from '../queries/loaded.ts'
import type { Api } from '../server/api/api.ts'
import { changeAccount, signIn, signOut, signUp } from './account.ts'
import { changeAccounts, changeCoupons, refundPayment } from './admin.ts'
import { buy, checkOut } from './buying.ts'
import { keptValues, type Outcome, type Refusal, type Submit } from './form.ts'
import { decideClaim, handOver } from './handing-over.ts'
import { chooseLanguage } from './language.ts'
import { confirmEmail, forgotPassword, resetPassword, unsubscribe } from './recovery.ts'
import { changeSearches } from './searches.ts'
import { changeEmail, changeSecurity, giveCode, reauthenticate } from './security.ts'
import { changeListing, sell, setUpPayouts } from './selling.ts'

const FORMS: [path: RegExp, submit: Submit][] = [
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
  [/^\/sales$/, handOver],
  [/^\/earnings$/, setUpPayouts],
  [/^\/account$/, changeAccount],
  [/^\/account\/email$/, changeEmail],
  [/^\/account\/security$/, changeSecurity],
  [/^\/admin$/, changeCoupons],
  [/^\/admin\/accounts$/, changeAccounts],
  [/^\/admin\/payments$/, refundPayment],
  [/^\/admin\/claims$/, decideClaim],
]

const MAX_FORM_BYTES = 64 * 1024
/** A ticket's file, and the fields around it. */
const MAX_UPLOAD_BYTES = 3 * 1024 * 1024 + MAX_FORM_BYTES
/** The forms that have a file in them. */
const UPLOADS = /^\/(sell|listings\/[\w-]{1,64})$/
const READ_TIMEOUT_MS = 10_000

export type Submitted =
  | { kind: 'none' }
  | { kind: 'leads on'; to: string; cookies: string[] }
  | { kind: 'leads away'; to: string }
  | { kind: 'shows'; result: readonly string[]; cookies: string[] }
  | { kind: 'refused'; refusal: Refusal }

const refusedOutright = (status: number, code: string, message: string): Submitted => ({
  kind: 'refused',
  refusal: { status, code, errors: [{ message }], values: {} },
})

type ReaderWords = { words: Words; locale: string }

/** Sends a posted form to the API; `none` where there is no form to post to. */
export const submit = async (request: Request, api: Api, { words, locale }: ReaderWords): Promise<Submitted> => {
  const { pathname } = new URL(request.url)
  const path = pathname.length > 1 && pathname.endsWith('/') ? pathname.slice(0, -1) : pathname
  for (const [pattern, send] of FORMS) {
    const match = pattern.exec(path)
    if (match === null) continue
    const type = request.headers.get('content-type') ?? ''
    const isUpload = UPLOADS.test(path) && type.startsWith('multipart/form-data')
    if (!isUpload && !type.startsWith('application/x-www-form-urlencoded')) {
      return refusedOutright(415, 'unsupported_media_type', words.forms.ownOnly)
    }
    let fields: URLSearchParams
    let files: File[] = []
    try {
      const maxBytes = isUpload ? MAX_UPLOAD_BYTES : MAX_FORM_BYTES
      const body = await readBody(request, AbortSignal.timeout(READ_TIMEOUT_MS), maxBytes)
      if (isUpload) [fields, files] = await partsOf(body, type)
      else fields = new URLSearchParams(new TextDecoder().decode(body))
    } catch (error) {
      if (error instanceof BodyTooLarge) return refusedOutright(413, 'body_too_large', words.forms.tooLarge)
      return refusedOutright(400, 'request_validation', words.forms.notWhole)
    }
    return shown(await send({ api, fields, files, id: match[1] ?? '', words, locale }), fields)
  }
  return { kind: 'none' }
}

const partsOf = async (body: BodyInit | undefined, type: string): Promise<[URLSearchParams, File[]]> => {
  const form = await new Response(body ?? null, { headers: { 'content-type': type } }).formData()
  const fields = new URLSearchParams()
  const files: File[] = []
  for (const [name, value] of form) {
    if (typeof value === 'string') fields.append(name, value)
    else files.push(value)
  }
  return [fields, files]
}

const shown = (outcome: Outcome, fields: URLSearchParams): Submitted => {
  if ('to' in outcome) return { kind: 'leads on', ...outcome }
  if ('result' in outcome) return { kind: 'shows', ...outcome }
  if ('away' in outcome) return { kind: 'leads away', to: outcome.away }
  const failure: Failure = outcome.failure
  return { kind: 'refused', refusal: { ...failure, values: keptValues(fields) } }
}
