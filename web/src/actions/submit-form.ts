import { BodyTooLarge, readBody } from '../gateway/body.ts'
import type { Messages } from '../i18n/messages.ts'
import type { Failure } from '../queries/loaded.ts'
import type { Api } from '../server/api/api.ts'
import { changeAccount, signIn, signOut, signUp } from './account.ts'
import { changeAccounts, changeCoupons, refundPayment } from './admin.ts'
import { buy, checkOut } from './buying.ts'
import { type FormAction, type Outcome, type Refusal, valuesToShowAgain } from './form.ts'
import { decideClaim, handOver } from './handing-over.ts'
import { chooseLanguage } from './language.ts'
import { confirmEmail, forgotPassword, resetPassword, unsubscribe } from './recovery.ts'
import { changeSearches } from './searches.ts'
import { changeEmail, changeSecurity, giveCode, reauthenticate } from './security.ts'
import { changeListing, sell, setUpPayouts } from './selling.ts'
import { fileIn } from './upload.ts'

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

const maxFormBytes = 64 * 1024
/** A ticket's file, and the fields around it. */
const maxUploadBytes = 3 * 1024 * 1024 + maxFormBytes
/** The forms that have a file in them. */
const uploadForms = /^\/(sell|listings\/[\w-]{1,64})$/
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
    const type = request.headers.get('content-type') ?? ''
    const mediaType = type.split(';', 1)[0]?.trim().toLowerCase()
    const isUpload = uploadForms.test(path) && mediaType === 'multipart/form-data'
    if (!isUpload && mediaType !== 'application/x-www-form-urlencoded') {
      return refuseUnread(415, 'unsupported_media_type', messages.forms.ownOnly)
    }
    let fields: URLSearchParams
    let files: File[] = []
    try {
      const maxBytes = isUpload ? maxUploadBytes : maxFormBytes
      const body = await readBody(request, AbortSignal.timeout(readTimeoutMs), maxBytes)
      if (isUpload) [fields, files] = await partsOf(body, type)
      else fields = new URLSearchParams(new TextDecoder().decode(body))
    } catch (error) {
      if (error instanceof BodyTooLarge)
        return refuseUnread(
          413,
          isUpload ? 'form_refused' : 'body_too_large',
          isUpload ? messages.sell.fileTooLarge : messages.forms.tooLarge,
        )
      return refuseUnread(400, 'request_validation', messages.forms.notWhole)
    }
    const outcome = await send({ api, fields, files, id: match[1] ?? '', messages, locale })
    // A page that is shown again cannot have the file in it.
    if (fileIn(files)) fields.set('hadFile', 'true')
    return toSubmission(outcome, fields)
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

const toSubmission = (outcome: Outcome, fields: URLSearchParams): Submission => {
  if ('to' in outcome) return { kind: 'leads on', ...outcome }
  if ('result' in outcome) return { kind: 'shows', ...outcome }
  if ('away' in outcome) return { kind: 'leads away', to: outcome.away }
  const failure: Failure = outcome.failure
  return { kind: 'refused', refusal: { ...failure, values: valuesToShowAgain(fields) } }
}
