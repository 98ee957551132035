import { idIn, keyOf, leadsTo, refused, type Submit, text } from './form.ts'

export const buy: Submit = async ({ api, fields, id }) => {
  const answer = await api('POST', '/api/orders', { body: { ticketId: id }, ...keyOf(fields) })
  return leadsTo(answer, `/orders/${idIn(answer) ?? ''}`)
}

/** An order's page has three forms; the button that was pressed says which. */
export const checkOut: Submit = async ({ api, fields, id, words }) => {
  const here = `/orders/${id}`
  const pay = (body: Record<string, string>) => api('POST', '/api/payments', { body, ...keyOf(fields) })
  switch (fields.get('intent')) {
    case 'pay':
      return leadsTo(await pay({ orderId: id, paymentMethod: text(fields, 'paymentMethod') }), here)
    case 'redeem':
      return leadsTo(await pay({ orderId: id, couponCode: text(fields, 'couponCode') }), here)
    case 'cancel':
      return leadsTo(await api('DELETE', `/api/orders/${id}`), here)
    default:
      return refused([{ message: words.forms.choose }])
  }
}
