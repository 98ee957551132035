import { idIn, keyOf, redirectOnSuccess, refused, type Submit, text } from './form.ts'

/** A ticket's page has two forms: the one that buys, and the one of the line. */
export const buy: Submit = async ({ api, fields, id }) => {
  const here = `/tickets/${id}`
  if (fields.get('intent') === 'wait')
    return redirectOnSuccess(await api('POST', '/api/orders/line', { body: { ticketId: id } }), here)
  if (fields.get('intent') === 'leave') return redirectOnSuccess(await api('DELETE', `/api/orders/line/${id}`), here)
  const answer = await api('POST', '/api/orders', { body: { ticketId: id }, ...keyOf(fields) })
  return redirectOnSuccess(answer, `/orders/${idIn(answer) ?? ''}`)
}

/** An order's page has several forms; the button that was pressed says which. */
export const checkOut: Submit = async ({ api, fields, id, words }) => {
  const here = `/orders/${id}`
  const pay = (body: Record<string, string>) => api('POST', '/api/payments', { body, ...keyOf(fields) })
  switch (fields.get('intent')) {
    case 'pay': {
      const answer = await pay({ orderId: id, paymentMethod: text(fields, 'paymentMethod') })
      // A decline ends the order, whose page tells why, today and when it is looked at again.
      return answer.status === 402 ? { to: here, cookies: answer.cookies } : redirectOnSuccess(answer, here)
    }
    case 'redeem':
      return redirectOnSuccess(await pay({ orderId: id, couponCode: text(fields, 'couponCode') }), here)
    case 'cancel':
      return redirectOnSuccess(await api('DELETE', `/api/orders/${id}`), here)
    case 'received':
      return redirectOnSuccess(await api('POST', `/api/orders/${id}/received`), here)
    case 'claim': {
      const body = { reason: text(fields, 'reason') }
      return redirectOnSuccess(await api('POST', `/api/orders/${id}/claim`, { body }), here)
    }
    default:
      return refused([{ message: words.forms.choose }])
  }
}
