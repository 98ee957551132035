import { type FormAction, redirectOnSuccess, text } from './form.ts'

export const forgotPassword: FormAction = async ({ api, fields }) => {
  const body = { email: fields.get('email') ?? '' }
  return redirectOnSuccess(await api('POST', '/api/users/password-reset', { body }), '/forgot-password?done=sent')
}

export const resetPassword: FormAction = async ({ api, fields }) => {
  const body = { token: text(fields, 'token'), newPassword: fields.get('newPassword') ?? '' }
  return redirectOnSuccess(await api('POST', '/api/users/password-reset/confirm', { body }), '/signin?done=reset')
}

export const confirmEmail: FormAction = async ({ api, fields }) => {
  const body = { token: text(fields, 'token') }
  return redirectOnSuccess(await api('POST', '/api/users/email/confirm', { body }), '/confirm-email?done=confirmed')
}

export const unsubscribe: FormAction = async ({ api, fields }) => {
  const body = { token: text(fields, 'token') }
  return redirectOnSuccess(await api('POST', '/api/users/unsubscribe', { body }), '/unsubscribe?done=ended')
}
