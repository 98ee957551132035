import { AccountBannedError, NotFoundError, ServiceUnavailableError, VersionConflictError } from '@fairpass/sdk/errors'
import {
  body,
  describeRoute,
  Id,
  type IdempotencyEnv,
  lineOfText,
  linesOfText,
  Moment,
  onlyFrom,
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
  refuseUnlessPayable,
  type Ticket,
  TicketReservedError,
  TicketSoldError,
  toData,
  toPublic,
  unknownCurrency,
  withdraw,
} from './domain/ticket.ts'
import type { createLimits } from './limits.ts'
import { fenceWithinMs, type Orders } from './peers/orders.ts'
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
}

const NewTicket = v.strictObject({
  ...listing,
  timeZone: v.optional(listing.timeZone),
  currency: v.optional(listing.currency, 'usd'),
  description: v.optional(listing.description),
})
const ChangedTicket = v.pipe(
  v.partial(v.strictObject(listing)),
  v.check((change) => Object.keys(change).length > 0, 'must change something'),
)
const Page = v.object({ limit: PageLimit, cursor: v.optional(v.string()) })

/** Why a listing stays as it is. */
const notChangeable = ['ticket_reserved', 'ticket_sold', 'ticket_withdrawn', 'version_conflict'] as const

/** Within this a fenced change is stored. */
const storeWithinMs = 1_000
/** How often a change is fenced anew when another write came in between. */
const maxFences = 5

type Deps = {
  tickets: Tickets
  suspensions: Suspensions
  orders: Pick<Orders, 'fence'>
  context: ServiceContext
  limits: ReturnType<typeof createLimits>
}

export const createRoutes = ({ tickets, suspensions, orders, context: { identity, idempotent }, limits }: Deps) => {
  const findOr404 = async (id: string): Promise<Ticket> => {
    const ticket = v.is(Id, id) ? await tickets.find(id) : undefined
    if (!ticket) throw new NotFoundError('There is no such ticket')
    return ticket
  }

  const findOwn = async (id: string, sellerId: string): Promise<Ticket> => {
    const ticket = await findOr404(id)
    if (ticket.sellerId !== sellerId) throw new NotFoundError('There is no such ticket')
    return ticket
  }

  /**
   * Orders alone know whether somebody is checking out right now: asks, and keeps buyers away until exactly the version
   * that was announced is stored. When another write was quicker, all of it again.
   */
  const changeUnlessHeld = async (
    id: string,
    sellerId: string,
    change: (ticket: Ticket) => Ticket,
  ): Promise<Ticket> => {
    for (let round = 1; round <= maxFences; round++) {
      const ticket = await findOwn(id, sellerId)
      const changed = change(ticket)
      if (changed === ticket) return ticket
      const askedAt = Date.now()
      const verdict = await orders.fence(id, ticket.version + 1)
      if (verdict === 'reserved') throw new TicketReservedError()
      if (verdict === 'sold') throw new TicketSoldError()
      if (Date.now() - askedAt > fenceWithinMs) throw new ServiceUnavailableError()
      try {
        return await tickets.replace(ticket, changed, { timeoutMs: storeWithinMs })
      } catch (error) {
        if (!(error instanceof VersionConflictError)) throw error
      }
    }
    throw new VersionConflictError()
  }

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
        const ticket = await changeUnlessHeld(c.req.param('id'), c.var.user.id, (current) => edit(current, changes))
        return c.json(toPublic(ticket))
      },
    )
    .delete(
      '/api/tickets/:id',
      identity.signedIn,
      describeRoute('Withdraw a listing of the caller', { 204: undefined }, ...notChangeable),
      async (c) => {
        await changeUnlessHeld(c.req.param('id'), c.var.user.id, withdraw)
        return c.body(null, 204)
      },
    )
    .get('/internal/tickets/:id', onlyFrom('orders'), async (c) => c.json(toData(await findOr404(c.req.param('id')))))
}
