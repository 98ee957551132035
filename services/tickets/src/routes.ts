import { AccountBannedError } from '@fairpass/sdk/errors'
import { body, describeRoute, type IdempotencyEnv, query } from '@fairpass/sdk/http'
import type { Suspensions } from '@fairpass/sdk/identity'
import { isDuplicateKey, newId, PageLimit } from '@fairpass/sdk/mongo'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import { Search } from './domain/search.ts'
import { edit, endListing, refuseAboveCap, refuseUnlessPayable, toPublic, withdraw } from './domain/ticket.ts'
import type { FencedChange } from './fenced-change.ts'
import type { Files } from './file/files.ts'
import type { createLimits } from './limits.ts'
import { ChangedTicket, NewTicket } from './listing.ts'
import { TicketAnswer, TicketsAnswer } from './schemas.ts'
import type { Tickets } from './store.ts'

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

/** Finding tickets: everybody's search, and a seller's own. */
export const createReadRoutes = ({ tickets, change, limits, context: { identity } }: Deps) =>
  new Hono<IdempotencyEnv>()
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
      c.json(toPublic(await change.findOr404(c.req.param('id')))),
    )

export const createListingRoutes = ({ tickets, suspensions, change, priceCapPercent, context }: Deps) =>
  new Hono<IdempotencyEnv>().post(
    '/api/tickets',
    context.identity.confirmed,
    context.idempotent,
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
        if (c.var.idempotentId && isDuplicateKey(error)) return change.findOr404(id)
        throw error
      })
      // A ban may have withdrawn this seller's listings a moment before this one was stored.
      if (await suspensions.isSuspended(c.var.user.id)) {
        await tickets.change(id, endListing)
        throw new AccountBannedError()
      }
      return c.json(toPublic(listed), 201)
    },
  )

/** What a seller does with a listing, which no buyer may be checking out. */
export const createChangeRoutes = ({
  change: { changeUnlessHeld },
  files,
  priceCapPercent,
  context: { identity },
}: Deps) =>
  new Hono<IdempotencyEnv>()
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
