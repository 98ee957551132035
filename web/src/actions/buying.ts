import { capMessage } from '../i18n/error-message.ts'
import type { Messages } from '../i18n/messages.ts'
import { type Failure, failureIn } from '../queries/loaded.ts'
import type { Api, ApiResponse } from '../server/api/api.ts'
import { type FormAction, idempotencyKeyOf, idIn, type Outcome, redirectOnSuccess, refuse, text } from './form.ts'

/** A ticket's page has two forms: to buy, and to join the waitlist. */
export const buy: FormAction = async ({ api, fields, id }) => {
  const here = `/tickets/${id}`
  if (fields.get('intent') === 'wait')
    return redirectOnSuccess(await api('POST', '/api/orders/waitlist', { body: { ticketId: id } }), here)
  if (fields.get('intent') === 'leave')
    return redirectOnSuccess(await api('DELETE', `/api/orders/waitlist/${id}`), here)
  const press = (key: { idempotencyKey: string }) => api('POST', '/api/orders', { body: { ticketId: id }, ...key })
  const first = await press(idempotencyKeyOf(fields))
  const isOld = first.isReplayed === true && (await hasEnded(api, idIn(first)))
  const answer = isOld ? await press({ idempotencyKey: crypto.randomUUID() }) : first
  return redirectOnSuccess(answer, `/orders/${idIn(answer) ?? ''}`)
}

/** A page that came back from the browser's history presses BUY under its old key; the order that it opened may be over. */
const hasEnded = async (api: Api, orderId: string | undefined): Promise<boolean> => {
  const order = await api('GET', `/api/orders/${orderId ?? ''}`)
  const { body } = order
  return typeof body === 'object' && body !== null && 'status' in body && body.status === 'cancelled'
}

type Reader = { messages: Messages; locale: string }

/** The page has no field for a price, nor for a face value, that a label could lead to: both are told without one. */
const refuseResale = (answer: ApiResponse, { messages, locale }: Reader): Outcome => {
  const failure = failureIn(answer)
  const { atThisPrice, withoutFaceValue } = messages.handover.notResold
  const told = (error: Failure['errors'][number]): Failure['errors'] => {
    if (error.field === 'faceValueCents') return [{ message: withoutFaceValue }]
    if (error.field !== 'priceCents') return [error]
    const cap = capMessage({ messages, locale }, error)
    return [{ message: atThisPrice }, ...(cap ? [{ message: cap }] : [])]
  }
  return { failure: { ...failure, errors: failure.errors.flatMap(told) } }
}

/** An order's page has several forms; the button that was pressed says which. */
export const checkOut: FormAction = async ({ api, fields, id, messages, locale }) => {
  const here = `/orders/${id}`
  const pay = (body: Record<string, string>) => api('POST', '/api/payments', { body, ...idempotencyKeyOf(fields) })
  switch (fields.get('intent')) {
    case 'pay': {
      const answer = await pay({ orderId: id, paymentMethod: text(fields, 'paymentMethod') })
      // A decline ends the order, whose page shows the reason, also when it is opened later.
      return answer.status === 402 ? { to: here, cookies: answer.cookies } : redirectOnSuccess(answer, here)
    }
    case 'redeem':
      return redirectOnSuccess(await pay({ orderId: id, couponCode: text(fields, 'couponCode') }), here)
    case 'cancel':
      return redirectOnSuccess(await api('DELETE', `/api/orders/${id}`), here)
    case 'received':
      return redirectOnSuccess(await api('POST', `/api/orders/${id}/received`), here)
    case 'resell': {
      const answer = await api('POST', `/api/orders/${id}/resale`, { body: {}, ...idempotencyKeyOf(fields) })
      const isRefused = answer.status === 400
      return isRefused ? refuseResale(answer, { messages, locale }) : redirectOnSuccess(answer, here)
    }
    case 'claim': {
      const body = { reason: text(fields, 'reason') }
      return redirectOnSuccess(await api('POST', `/api/orders/${id}/claim`, { body }), here)
    }
    default:
      return refuse([{ message: messages.forms.choose }])
  }
}
