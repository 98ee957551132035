import * as v from 'valibot'
import { failureIn, loadedFrom } from '../queries/loaded.ts'
import { safeNext } from '../server/session/next.ts'
import { type FormAction, type Outcome, redirectOnSuccess, refuse, text } from './form.ts'

const here = '/account/security'
const RecoveryCodes = v.object({ recoveryCodes: v.array(v.string()) })

export const giveCode: FormAction = async ({ api, fields, messages }) => {
  const answer = await api('POST', '/api/users/signin/code', { body: { code: text(fields, 'code') } })
  const { code, errors } = failureIn(answer)
  // The code was not even looked at: what was proven before it counts no more.
  if (code === 'invalid_credentials' && errors.every(({ field }) => field === undefined))
    return refuse([{ message: messages.sign.codeTooLate }])
  return redirectOnSuccess(answer, safeNext(fields.get('next')))
}

/** By the code of an app where one was typed, else by the password. */
export const reauthenticate: FormAction = async ({ api, fields }) => {
  const code = text(fields, 'code')
  const body = code ? { code } : { password: fields.get('password') ?? '' }
  return redirectOnSuccess(await api('POST', '/api/users/reauthenticate', { body }), safeNext(fields.get('next')))
}

export const changeEmail: FormAction = async ({ api, fields }) => {
  const body = { email: fields.get('email') ?? '', password: fields.get('password') ?? '' }
  return redirectOnSuccess(await api('PUT', '/api/users/email', { body }), '/account/email?done=asked')
}

/** The codes are in this one answer, so the page that the form leads to shows them itself. */
const showCodes = async (asked: ReturnType<Parameters<FormAction>[0]['api']>): Promise<Outcome> => {
  const answer = await asked
  const made = loadedFrom(RecoveryCodes, answer)
  return made.ok ? { result: made.value.recoveryCodes, cookies: answer.cookies } : { failure: made.failure }
}

/** The page has several forms; the button that was pressed says which. */
export const changeSecurity: FormAction = async ({ api, fields, messages }) => {
  switch (fields.get('intent')) {
    case 'begin':
      return redirectOnSuccess(await api('POST', '/api/users/totp', { body: {} }), here)
    case 'confirm':
      return showCodes(api('POST', '/api/users/totp/confirm', { body: { code: text(fields, 'code') } }))
    case 'codes':
      return showCodes(api('POST', '/api/users/recovery-codes', { body: {} }))
    case 'remove':
      return redirectOnSuccess(await api('DELETE', '/api/users/totp'), `${here}?done=removed`)
    case 'passkey': {
      const id = encodeURIComponent(text(fields, 'passkeyId'))
      return redirectOnSuccess(await api('DELETE', `/api/users/passkeys/${id}`), `${here}?done=passkey`)
    }
    default:
      return refuse([{ message: messages.forms.choose }])
  }
}
