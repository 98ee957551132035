import { NotFoundError } from '@fairpass/sdk/errors'
import { body, describeRoute, Id, type IdempotencyEnv } from '@fairpass/sdk/http'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Purchase } from '../hold/purchase.ts'
import type { createLimits } from '../limits.ts'
import { LineAnswer } from '../schemas.ts'
import type { Waitlist } from './store.ts'

const Joining = v.strictObject({ ticketId: Id })

/** Why nobody waits for a ticket. */
const refusals = ['not_found', 'own_ticket', 'ticket_sold', 'ticket_withdrawn'] as const

type Deps = { line: Waitlist; purchase: Purchase; context: ServiceContext; limits: ReturnType<typeof createLimits> }

/** A place in the line for a ticket that somebody is checking out. */
export const createWaitlistRoutes = ({ line, purchase, context: { identity, idempotent }, limits }: Deps) => {
  const idIn = (ticketId: string): string => {
    if (!v.is(Id, ticketId)) throw new NotFoundError('There is no such ticket')
    return ticketId
  }

  const shownTo = async (buyerId: string, ticketId: string) => {
    const [{ free, freeBy }, { waiting, place, expiresAt }] = await Promise.all([
      purchase.standing(buyerId, ticketId),
      line.seenBy(ticketId, buyerId),
    ])
    return {
      ticketId,
      free,
      ...(freeBy ? { freeBy: freeBy.toISOString() } : {}),
      waiting,
      ...(place && expiresAt ? { place, expiresAt: expiresAt.toISOString() } : {}),
    }
  }

  return new Hono<IdempotencyEnv>()
    .post(
      '/api/orders/line',
      identity.signedIn,
      limits.byAddress,
      limits.byAccount,
      idempotent,
      body(Joining),
      describeRoute(
        'Wait for a ticket that somebody is checking out; 200 for who waits already',
        { 201: LineAnswer, 200: LineAnswer },
        ...refusals,
      ),
      async (c) => {
        const { ticketId } = c.req.valid('json')
        await purchase.standing(c.var.user.id, ticketId)
        const isNew = await line.join(ticketId, c.var.user.id)
        return c.json(await shownTo(c.var.user.id, ticketId), isNew ? 201 : 200)
      },
    )
    .get(
      '/api/orders/line/:ticketId',
      identity.signedIn,
      describeRoute(
        'How long the line for a ticket is, and the place of the caller in it',
        { 200: LineAnswer },
        ...refusals,
      ),
      async (c) => {
        const ticketId = idIn(c.req.param('ticketId'))
        await line.look(ticketId, c.var.user.id)
        return c.json(await shownTo(c.var.user.id, ticketId))
      },
    )
    .delete(
      '/api/orders/line/:ticketId',
      identity.signedIn,
      describeRoute('Leave the line', { 204: undefined }),
      async (c) => {
        await line.leave(idIn(c.req.param('ticketId')), c.var.user.id)
        return c.body(null, 204)
      },
    )
}
