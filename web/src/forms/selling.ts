import { utcFrom } from '../market/dates.ts'
import type { Failure } from '../market/loaded.ts'
import { minorUnits } from '../market/money.ts'
import { idIn, keyOf, leadsTo, refused, type Submit, text } from './form.ts'

export const sell: Submit = async ({ api, fields, words }) => {
  const currency = text(fields, 'currency') || 'usd'
  const priceCents = minorUnits(text(fields, 'price'), currency)
  const startsAt = utcFrom(text(fields, 'startsAt'), text(fields, 'offset'))
  const errors: Failure['errors'] = []
  if (startsAt === undefined) errors.push({ message: words.sell.sayWhen, field: 'startsAt' })
  if (priceCents === undefined) {
    errors.push({ message: words.sell.sayPrice(currency.toUpperCase()), field: 'price' })
  }
  if (errors.length > 0) return refused(errors)
  const description = text(fields, 'description')
  const answer = await api('POST', '/api/tickets', {
    body: {
      title: text(fields, 'title'),
      venue: text(fields, 'venue'),
      city: text(fields, 'city'),
      startsAt,
      priceCents,
      currency,
      ...(description ? { description } : {}),
    },
    ...keyOf(fields),
  })
  return leadsTo(answer, `/tickets/${idIn(answer) ?? ''}`)
}

export const withdraw: Submit = async ({ api, fields }) => {
  const ticketId = encodeURIComponent(text(fields, 'ticketId'))
  return leadsTo(await api('DELETE', `/api/tickets/${ticketId}`), '/listings')
}
