import { now } from '@fairpass/sdk/clock'
import { NotFoundError } from '@fairpass/sdk/errors'
import { body, describeRoute, Id, type IdempotencyEnv, query } from '@fairpass/sdk/http'
import { PageLimit } from '@fairpass/sdk/mongo'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import { cancelByBuyer, isDue, type Order, toPublic } from './domain/order.ts'
import type { Purchase } from './hold/purchase.ts'
import type { Limits } from './limits.ts'
import { OrderAnswer, OrdersAnswer } from './schemas.ts'
import type { Orders } from './store.ts'
import type { Waitlist } from './waitlist/store.ts'

const NewOrder = v.strictObject({ ticketId: Id })
const Page = v.object({ limit: PageLimit, cursor: v.optional(v.string()) })

type Deps = { orders: Orders; purchase: Purchase; waitlist: Waitlist; context: ServiceContext; limits: Limits }

export const createBuyRoutes = ({
  purchase,
  waitlist,
  context: { identity, idempotent },
  limits,
}: Omit<Deps, 'orders'>) =>
  new Hono<IdempotencyEnv>().post(
    '/api/orders',
    identity.confirmed,
    limits.byAddress,
    limits.byAccount,
    idempotent,
    body(NewOrder),
    describeRoute(
      'Press BUY: hold the ticket; 200 and the order that is open when the caller has one',
      { 201: OrderAnswer, 200: OrderAnswer },
      'not_found',
      'own_ticket',
      'ticket_being_checked_out',
      'ticket_file_missing',
      'ticket_sold',
      'ticket_withdrawn',
      'version_conflict',
    ),
    async (c) => {
      const { ticketId } = c.req.valid('json')
      const { order, isNew } = await purchase.open(c.var.user.id, ticketId)
      // A buyer who holds the ticket leaves its waitlist; a place that is left behind expires by itself.
      if (isNew) void waitlist.leaveSoon({ ticketId, buyerId: c.var.user.id }).catch(() => {})
      return c.json(toPublic(order), isNew ? 201 : 200)
    },
  )

/** What buyers see of their own orders, and cancelling one. */
export const createOwnRoutes = ({ orders, context: { identity } }: Pick<Deps, 'orders' | 'context'>) => {
  const found = (order: Order | undefined): Order => {
    if (!order) throw new NotFoundError('There is no such order')
    return order
  }

  const findOwn = async (id: string, buyerId: string): Promise<Order> => {
    const order = found(v.is(Id, id) ? await orders.find(id) : undefined)
    if (order.buyerId !== buyerId) return found(undefined)
    return isDue(order, now()) ? found(await orders.expire(id)) : order
  }

  return new Hono<IdempotencyEnv>()
    .get(
      '/api/orders',
      identity.signedIn,
      query(Page),
      describeRoute('The orders of the caller, newest first', { 200: OrdersAnswer }),
      async (c) => {
        const { limit, cursor } = c.req.valid('query')
        const { orders: own, nextCursor } = await orders.ofBuyer(c.var.user.id, limit, cursor)
        return c.json({ orders: own.map(toPublic), nextCursor })
      },
    )
    .get(
      '/api/orders/:id',
      identity.signedIn,
      describeRoute('An order of the caller', { 200: OrderAnswer }),
      async (c) => c.json(toPublic(await findOwn(c.req.param('id'), c.var.user.id))),
    )
    .delete(
      '/api/orders/:id',
      identity.signedIn,
      describeRoute(
        'Cancel an order: the ticket is free at once',
        { 204: undefined },
        'order_not_cancellable',
        'version_conflict',
      ),
      async (c) => {
        const { id } = await findOwn(c.req.param('id'), c.var.user.id)
        found(await orders.changeAndFlush(id, (order) => cancelByBuyer(order, now())))
        return c.body(null, 204)
      },
    )
}
