import { NotFoundError } from '@fairpass/sdk/errors'
import { body, describeRoute, Id, type IdempotencyEnv } from '@fairpass/sdk/http'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Purchase } from '../hold/purchase.ts'
import type { Limits } from '../limits.ts'
import { WaitlistAnswer } from '../schemas.ts'
import type { Waitlist } from './store.ts'

const Joining = v.strictObject({ ticketId: Id })

/** Why a ticket cannot be waited for. */
const refusals = ['not_found', 'own_ticket', 'ticket_sold', 'ticket_withdrawn'] as const

type Deps = { waitlist: Waitlist; purchase: Purchase; context: ServiceContext; limits: Limits }

const idOr404 = (ticketId: string): string => {
  if (!v.is(Id, ticketId)) throw new NotFoundError('There is no such ticket')
  return ticketId
}

type Shown = Pick<Deps, 'waitlist' | 'purchase'>

const shownTo = async ({ waitlist, purchase }: Shown, buyerId: string, ticketId: string) => {
  const [{ free, freeBy, orderId }, { waiting, place, expiresAt }] = await Promise.all([
    purchase.availability(buyerId, ticketId),
    waitlist.positionOf(ticketId, buyerId),
  ])
  return {
    ticketId,
    free,
    ...(freeBy ? { freeBy: freeBy.toISOString() } : {}),
    ...(orderId ? { orderId } : {}),
    waiting,
    ...(place && expiresAt ? { place, expiresAt: expiresAt.toISOString() } : {}),
  }
}

/** The waitlist of a ticket that somebody is checking out. */
export const createWaitlistRoutes = ({ waitlist, purchase, context: { identity, idempotent }, limits }: Deps) =>
  new Hono<IdempotencyEnv>()
    .post(
      '/api/orders/waitlist',
      identity.signedIn,
      limits.byAddress,
      limits.byAccount,
      idempotent,
      body(Joining),
      describeRoute(
        'Wait for a ticket that somebody is checking out; 200 for who waits already',
        { 201: WaitlistAnswer, 200: WaitlistAnswer },
        ...refusals,
      ),
      async (c) => {
        const { ticketId } = c.req.valid('json')
        await purchase.availability(c.var.user.id, ticketId)
        const isNew = await waitlist.join(ticketId, c.var.user.id)
        return c.json(await shownTo({ waitlist, purchase }, c.var.user.id, ticketId), isNew ? 201 : 200)
      },
    )
    .get(
      '/api/orders/waitlist/:ticketId',
      identity.signedIn,
      describeRoute('How many wait for a ticket, and the position of the caller', { 200: WaitlistAnswer }, ...refusals),
      async (c) => {
        const ticketId = idOr404(c.req.param('ticketId'))
        await waitlist.markSeen(ticketId, c.var.user.id)
        return c.json(await shownTo({ waitlist, purchase }, c.var.user.id, ticketId))
      },
    )
    .delete(
      '/api/orders/waitlist/:ticketId',
      identity.signedIn,
      describeRoute('Leave the waitlist', { 204: undefined }),
      async (c) => {
        await waitlist.leave(idOr404(c.req.param('ticketId')), c.var.user.id)
        return c.body(null, 204)
      },
    )
