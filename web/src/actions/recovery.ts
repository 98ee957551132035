import { redirectOnSuccess, type Submit, text } from './form.ts'

export const forgotPassword: Submit = async ({ api, fields }) => {
  const body = { email: fields.get('email') ?? '' }
  return redirectOnSuccess(await api('POST', '/api/users/password-reset', { body }), '/forgot-password?done=sent')
}

export const resetPassword: Submit = async ({ api, fields }) => {
  const body = { token: text(fields, 'token'), newPassword: fields.get('newPassword') ?? '' }
  return redirectOnSuccess(await api('POST', '/api/users/password-reset/confirm', { body }), '/signin?done=reset')
}

export const confirmEmail: Submit = async ({ api, fields }) => {
  const body = { token: text(fields, 'token') }
  return redirectOnSuccess(await api('POST', '/api/users/email/confirm', { body }), '/confirm-email?done=confirmed')
}

export const unsubscribe: Submit = async ({ api, fields }) => {
  const body = { token: text(fields, 'token') }
  return redirectOnSuccess(await api('POST', '/api/users/unsubscribe', { body }), '/unsubscribe?done=ended')
}
