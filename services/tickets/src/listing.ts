import { lineOfText, linesOfText, Moment, TimeZone } from '@fairpass/sdk/http'
import { currencies, latestStart } from '@fairpass/sdk/values'
import * as v from 'valibot'
import { unknownCurrency } from './domain/ticket.ts'

// What a seller says of a ticket.

const listing = {
  title: lineOfText(200, 'An evening at the opera'),
  venue: lineOfText(100, 'State Opera'),
  city: lineOfText(100, 'Vienna'),
  startsAt: v.pipe(
    Moment,
    v.check((date) => date > new Date(), 'must be in the future'),
    v.check((date) => date <= latestStart(new Date()), 'must be within the next ten years'),
  ),
  /** The venue's: what the clock there shows is what people read. */
  timeZone: TimeZone,
  /** Stripe's bounds depend on the currency: see `refuseUnlessPayable`. */
  priceCents: v.pipe(
    v.number('must be a whole number of minor units'),
    v.examples([8_900]),
    v.integer('must be a whole number of minor units'),
    v.minValue(1, 'must be at least 1'),
    v.maxValue(999_999_999_999, 'must be at most 999999999999'),
  ),
  currency: v.pipe(
    v.string(unknownCurrency),
    v.examples(['eur']),
    v.check((code) => currencies.has(code), unknownCurrency),
  ),
  description: linesOfText(5_000),
  delivery: v.picklist(['file', 'transfer'], 'must be file or transfer'),
  section: lineOfText(50, 'Stalls left'),
  row: lineOfText(20, '12'),
  seat: lineOfText(20, '7'),
  faceValueCents: v.pipe(
    v.number('must be a whole number of minor units'),
    v.integer('must be a whole number of minor units'),
    v.minValue(1, 'must be at least 1'),
    v.maxValue(999_999_999_999, 'must be at most 999999999999'),
  ),
}

export const NewTicket = v.strictObject({
  ...listing,
  timeZone: v.optional(listing.timeZone),
  currency: v.optional(listing.currency, 'usd'),
  description: v.optional(listing.description),
  delivery: v.optional(listing.delivery, 'transfer'),
  section: v.optional(listing.section),
  row: v.optional(listing.row),
  seat: v.optional(listing.seat),
  faceValueCents: v.optional(listing.faceValueCents),
})
export const ChangedTicket = v.pipe(
  v.partial(
    v.strictObject({
      ...listing,
      // What was said of these can be taken back.
      section: v.nullable(listing.section),
      row: v.nullable(listing.row),
      seat: v.nullable(listing.seat),
      faceValueCents: v.nullable(listing.faceValueCents),
    }),
  ),
  v.check((change) => Object.keys(change).length > 0, 'must change something'),
)
