import { type FormAction, idempotencyKeyOf, redirectOnSuccess, refuse, text } from './form.ts'

const idOf = (fields: URLSearchParams): string => encodeURIComponent(text(fields, 'id').slice(0, 100))

const makeCoupons: FormAction = async ({ api, fields, messages }) => {
  const whole = (name: string) => {
    const typed = text(fields, name)
    return typed ? { [name]: Number(typed) } : {}
  }
  const day = text(fields, 'expiresAt')
  // The whole of its last day, wherever that ends first.
  const expiresAt = `${day}T23:59:59.000Z`
  if (day && Number.isNaN(Date.parse(expiresAt)))
    return refuse([{ message: messages.admin.sayDay, field: 'expiresAt' }])
  const body = { ...whole('quantity'), ...whole('maxRedemptions'), ...(day ? { expiresAt } : {}) }
  return redirectOnSuccess(await api('POST', '/api/coupons', { body, ...idempotencyKeyOf(fields) }), '/admin?done=made')
}

export const changeCoupons: FormAction = async (form) => {
  if (form.fields.get('intent') !== 'withdraw') return makeCoupons(form)
  return redirectOnSuccess(await form.api('DELETE', `/api/coupons/${idOf(form.fields)}`), '/admin?done=withdrawn')
}

export const changeAccounts: FormAction = async ({ api, fields }) => {
  const what = fields.get('intent') === 'unban' ? 'unban' : 'ban'
  const answer = await api('POST', `/api/users/${idOf(fields)}/${what}`, { body: {}, ...idempotencyKeyOf(fields) })
  return redirectOnSuccess(answer, `/admin/accounts?done=${what}`)
}

export const refundPayment: FormAction = async ({ api, fields }) => {
  const body = { reason: text(fields, 'reason') }
  const answer = await api('POST', `/api/payments/${idOf(fields)}/refund`, { body, ...idempotencyKeyOf(fields) })
  return redirectOnSuccess(answer, '/admin/payments?done=refund')
}
