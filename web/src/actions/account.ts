import { failureIn } from '../queries/loaded.ts'
import { safeNext } from '../server/session/next.ts'
import { type FormAction, redirectOnSuccess, refuse, text } from './form.ts'

const enter =
  (path: string): FormAction =>
  async ({ api, fields }) => {
    const body = { email: fields.get('email') ?? '', password: fields.get('password') ?? '' }
    const next = safeNext(fields.get('next'))
    const answer = await api('POST', path, { body })
    // The password was right: the next page asks for the code, with the cookie that says so.
    if (failureIn(answer).code === 'second_factor_required')
      return {
        to: next === '/' ? '/signin/code' : `/signin/code?next=${encodeURIComponent(next)}`,
        cookies: answer.cookies,
      }
    return redirectOnSuccess(answer, next)
  }

export const signUp = enter('/api/users/signup')
export const signIn = enter('/api/users/signin')

export const signOut: FormAction = async ({ api }) => {
  const answer = await api('POST', '/api/users/signout', { body: {} })
  // A session that is over already counts as signed out.
  return answer.status === 401 ? { to: '/', cookies: answer.cookies } : redirectOnSuccess(answer, '/')
}

/** The account's page has several forms; the pressed button names the one. */
export const changeAccount: FormAction = async ({ api, fields, messages }) => {
  const password = (name: string) => fields.get(name) ?? ''
  switch (fields.get('intent')) {
    case 'password': {
      const body = { currentPassword: password('currentPassword'), newPassword: password('newPassword') }
      return redirectOnSuccess(await api('PUT', '/api/users/password', { body }), '/account?done=password')
    }
    case 'session': {
      const id = encodeURIComponent(text(fields, 'sessionId'))
      return redirectOnSuccess(await api('DELETE', `/api/users/sessions/${id}`), '/account?done=session')
    }
    case 'mails': {
      const wanted = (name: string) => fields.get(name) === 'on'
      const mails = { sales: wanted('sales'), waitlist: wanted('waitlist'), searches: wanted('searches') }
      return redirectOnSuccess(await api('PUT', '/api/users/settings', { body: { mails } }), '/account?done=mails')
    }
    case 'confirmation':
      return redirectOnSuccess(
        await api('POST', '/api/users/email/confirmation', { body: {} }),
        '/account?done=confirmation',
      )
    case 'delete':
      return redirectOnSuccess(await api('DELETE', '/api/users/me', { body: { password: password('password') } }), '/')
    default:
      return refuse([{ message: messages.forms.choose }])
  }
}
