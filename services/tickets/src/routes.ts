import { AccountBannedError } from '@fairpass/sdk/errors'
import {
  body,
  describeRoute,
  type IdempotencyEnv,
  lineOfText,
  linesOfText,
  Moment,
  query,
  TimeZone,
} from '@fairpass/sdk/http'
import type { Suspensions } from '@fairpass/sdk/identity'
import { isDuplicateKey, newId, PageLimit } from '@fairpass/sdk/mongo'
import type { ServiceContext } from '@fairpass/sdk/service'
import { currencies, latestStart } from '@fairpass/sdk/values'
import { Hono } from 'hono'
import * as v from 'valibot'
import { Search } from './domain/search.ts'
import {
  edit,
  endListing,
  refuseAboveCap,
  refuseUnlessPayable,
  toPublic,
  unknownCurrency,
  withdraw,
} from './domain/ticket.ts'
import type { FencedChange } from './fenced-change.ts'
import type { Files } from './file/files.ts'
import type { createLimits } from './limits.ts'
import { TicketAnswer, TicketsAnswer } from './schemas.ts'
import type { Tickets } from './store.ts'

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

const NewTicket = v.strictObject({
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
const ChangedTicket = v.pipe(
  v.partial(v.strictObject(listing)),
  v.check((change) => Object.keys(change).length > 0, 'must change something'),
)
const Page = v.object({ limit: PageLimit, cursor: v.optional(v.string()) })

/** Why a listing stays as it is. */
const notChangeable = ['ticket_reserved', 'ticket_sold', 'ticket_withdrawn', 'version_conflict'] as const

type Deps = {
  tickets: Tickets
  suspensions: Suspensions
  change: FencedChange
  files: Pick<Files, 'eraseOf'>
  /** the highest price in hundredths of the face value; without it any price may be asked */
  priceCapPercent: number | undefined
  context: ServiceContext
  limits: ReturnType<typeof createLimits>
}

export const createRoutes = ({ tickets, suspensions, change, files, priceCapPercent, context, limits }: Deps) => {
  const { identity, idempotent } = context
  const { findOr404, changeUnlessHeld } = change

  return new Hono<IdempotencyEnv>()
    .get(
      '/api/tickets',
      limits.searchesByAddress,
      query(Search),
      describeRoute('Search what is on sale or being checked out', { 200: TicketsAnswer }),
      async (c) => {
        const { tickets: found, nextCursor } = await tickets.search(c.req.valid('query'), new Date())
        return c.json({ tickets: found.map(toPublic), nextCursor })
      },
    )
    .post(
      '/api/tickets',
      identity.confirmed,
      idempotent,
      body(NewTicket),
      describeRoute('List a ticket for sale', { 201: TicketAnswer }),
      async (c) => {
        refuseUnlessPayable(c.req.valid('json'))
        refuseAboveCap(c.req.valid('json'), priceCapPercent)
        const id = c.var.idempotentId ?? newId()
        const ticket = {
          id,
          sellerId: c.var.user.id,
          ...c.req.valid('json'),
          status: 'available' as const,
          createdAt: new Date(),
        }
        const listed = await tickets.create(ticket).catch((error: unknown) => {
          if (c.var.idempotentId && isDuplicateKey(error)) return findOr404(id)
          throw error
        })
        // A ban may have swept this seller's listings a moment before this one was stored.
        if (await suspensions.isSuspended(c.var.user.id)) {
          await tickets.change(id, endListing)
          throw new AccountBannedError()
        }
        return c.json(toPublic(listed), 201)
      },
    )
    .get(
      '/api/tickets/mine',
      identity.signedIn,
      query(Page),
      describeRoute('What the caller has listed', { 200: TicketsAnswer }),
      async (c) => {
        const { limit, cursor } = c.req.valid('query')
        const { tickets: own, nextCursor } = await tickets.ofSeller(c.var.user.id, limit, cursor)
        return c.json({ tickets: own.map(toPublic), nextCursor })
      },
    )
    .get('/api/tickets/:id', describeRoute('A ticket', { 200: TicketAnswer }), async (c) =>
      c.json(toPublic(await findOr404(c.req.param('id')))),
    )
    .put(
      '/api/tickets/:id',
      identity.signedIn,
      body(ChangedTicket),
      describeRoute('Change a listing of the caller', { 200: TicketAnswer }, ...notChangeable),
      async (c) => {
        const changes = c.req.valid('json')
        const ticket = await changeUnlessHeld(c.req.param('id'), c.var.user.id, (current) => {
          const changed = edit(current, changes)
          const isDearer =
            changed.priceCents !== current.priceCents || changed.faceValueCents !== current.faceValueCents
          if (isDearer) refuseAboveCap(changed, priceCapPercent)
          return changed
        })
        await files.eraseOf(ticket)
        return c.json(toPublic(ticket))
      },
    )
    .delete(
      '/api/tickets/:id',
      identity.signedIn,
      describeRoute('Withdraw a listing of the caller', { 204: undefined }, ...notChangeable),
      async (c) => {
        const ticket = await changeUnlessHeld(c.req.param('id'), c.var.user.id, withdraw)
        await files.eraseOf(ticket)
        return c.body(null, 204)
      },
    )
}
