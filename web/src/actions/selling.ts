import { utcFrom } from '../domain/dates.ts'
import { minorUnits } from '../domain/money.ts'
import { Onboarding } from '../domain/shapes.ts'
import type { Words } from '../i18n/en.ts'
import { type Failure, loadedFrom } from '../queries/loaded.ts'
import { idIn, keyOf, redirectOnSuccess, refused, type Submit, text } from './form.ts'

/** The listing that the fields tell of, or what is wrong with them that only this form can know. */
const listingIn = (fields: URLSearchParams, { sell }: Words) => {
  const currency = text(fields, 'currency') || 'usd'
  const timeZone = text(fields, 'timeZone') || 'UTC'
  const priceCents = minorUnits(text(fields, 'price'), currency)
  const startsAt = utcFrom(text(fields, 'startsAt'), timeZone)
  const errors: Failure['errors'] = []
  if (startsAt === undefined) errors.push({ message: sell.sayWhen, field: 'startsAt' })
  if (priceCents === undefined) errors.push({ message: sell.sayPrice(currency.toUpperCase()), field: 'price' })
  const [title, venue, city] = [text(fields, 'title'), text(fields, 'venue'), text(fields, 'city')]
  const description = text(fields, 'description')
  return { errors, listing: { title, venue, city, startsAt, timeZone, priceCents, currency, description } }
}

export const sell: Submit = async ({ api, fields, words }) => {
  const { errors, listing } = listingIn(fields, words)
  if (errors.length > 0) return refused(errors)
  const { description, ...rest } = listing
  const body = description ? listing : rest
  const answer = await api('POST', '/api/tickets', { body, ...keyOf(fields) })
  return redirectOnSuccess(answer, `/tickets/${idIn(answer) ?? ''}`)
}

/** A listing's own page saves it or withdraws it; the button that was pressed says which. */
export const changeListing: Submit = async ({ api, fields, id, words }) => {
  const path = `/api/tickets/${id}`
  if (fields.get('intent') === 'withdraw')
    return redirectOnSuccess(await api('DELETE', path), '/listings?done=withdrawn')
  const { errors, listing } = listingIn(fields, words)
  if (errors.length > 0) return refused(errors)
  return redirectOnSuccess(await api('PUT', path, { body: listing }), '/listings?done=saved')
}

/** Stripe asks the seller who they are, on pages of its own. */
export const setUpPayouts: Submit = async ({ api, fields }) => {
  const country = text(fields, 'country')
  const answer = await api('POST', '/api/payments/account', { body: country ? { country } : {} })
  const begun = loadedFrom(Onboarding, answer)
  return begun.ok ? { away: begun.value.url } : { failure: begun.failure }
}
