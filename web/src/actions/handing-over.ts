import { type FormAction, redirectOnSuccess, refuse, text } from './form.ts'

const idOf = (fields: URLSearchParams): string => encodeURIComponent(text(fields, 'id').slice(0, 100))

/** A seller says that a ticket was passed on, or what is to be said to a claim. */
export const handOver: FormAction = async ({ api, fields, messages }) => {
  const order = `/api/orders/${idOf(fields)}`
  switch (fields.get('intent')) {
    case 'sent':
      return redirectOnSuccess(await api('POST', `${order}/sent`), '/sales?done=sent')
    case 'answer': {
      const body = { text: text(fields, 'text') }
      return redirectOnSuccess(await api('POST', `${order}/claim/answer`, { body }), '/sales?done=answered')
    }
    default:
      return refuse([{ message: messages.forms.choose }])
  }
}

export const decideClaim: FormAction = async ({ api, fields }) => {
  const body = { refund: fields.get('intent') === 'refund', reason: text(fields, 'reason') }
  const answer = await api('POST', `/api/orders/${idOf(fields)}/claim/decision`, { body })
  return redirectOnSuccess(answer, '/admin/claims?done=decided')
}
