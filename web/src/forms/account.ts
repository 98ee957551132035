import { safeNext } from '../server/next.ts'
import { keyOf, leadsTo, type Submit } from './form.ts'

const enter =
  (path: string): Submit =>
  async ({ api, fields }) => {
    const body = { email: fields.get('email') ?? '', password: fields.get('password') ?? '' }
    return leadsTo(await api('POST', path, { body }), safeNext(fields.get('next')))
  }

export const signUp = enter('/api/users/signup')
export const signIn = enter('/api/users/signin')

export const signOut: Submit = async ({ api }) => {
  const answer = await api('POST', '/api/users/signout', { body: {} })
  // A session that is over already is as signed out as one can be.
  return answer.status === 401 ? { to: '/', cookies: answer.cookies } : leadsTo(answer, '/')
}

export const makeCoupons: Submit = async ({ api, fields }) => {
  const whole = (name: string) => {
    const typed = fields.get(name)?.trim()
    return typed ? { [name]: Number(typed) } : {}
  }
  const body = { ...whole('quantity'), ...whole('maxRedemptions') }
  return leadsTo(await api('POST', '/api/coupons', { body, ...keyOf(fields) }), '/admin')
}
