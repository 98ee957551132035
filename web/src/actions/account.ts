import { safeNext } from '../server/session/next.ts'
import { redirectOnSuccess, refused, type Submit, text } from './form.ts'

const enter =
  (path: string): Submit =>
  async ({ api, fields }) => {
    const body = { email: fields.get('email') ?? '', password: fields.get('password') ?? '' }
    return redirectOnSuccess(await api('POST', path, { body }), safeNext(fields.get('next')))
  }

export const signUp = enter('/api/users/signup')
export const signIn = enter('/api/users/signin')

export const signOut: Submit = async ({ api }) => {
  const answer = await api('POST', '/api/users/signout', { body: {} })
  // A session that is over already is as signed out as one can be.
  return answer.status === 401 ? { to: '/', cookies: answer.cookies } : redirectOnSuccess(answer, '/')
}

/** The account's page has several forms; the button that was pressed says which. */
export const changeAccount: Submit = async ({ api, fields, words }) => {
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
    case 'delete':
      return redirectOnSuccess(await api('DELETE', '/api/users/me', { body: { password: password('password') } }), '/')
    default:
      return refused([{ message: words.forms.choose }])
  }
}
