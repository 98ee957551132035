import { NotFoundError } from '@fairpass/sdk/errors'
import { body, describeRoute, Id, type IdempotencyEnv, Moment, onlyFrom, query } from '@fairpass/sdk/http'
import { PageLimit } from '@fairpass/sdk/mongo'
import { pause } from '@fairpass/sdk/run-periodically'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import { cancelByBuyer, complete, failPayment, isDue, type Order, settle, toData, toPublic } from './domain/order.ts'
import { createHandoverRoutes } from './handover/routes.ts'
import { openHandovers } from './handover/store.ts'
import type { Purchase } from './hold/purchase.ts'
import { createLimits, type LimitVariables } from './limits.ts'
import { OrderAnswer, OrdersAnswer } from './schemas.ts'
import type { Orders } from './store.ts'
import { createWaitlistRoutes } from './waitlist/routes.ts'
import type { Waitlist } from './waitlist/store.ts'

const NewOrder = v.strictObject({ ticketId: Id })
const Page = v.object({ limit: PageLimit, cursor: v.optional(v.string()) })
const ByPayment = v.strictObject({ paymentId: Id })
const Changes = v.object({ after: Moment, afterId: v.string(), until: Moment, limit: PageLimit })
const Fencing = v.strictObject({ version: v.pipe(v.number(), v.integer(), v.minValue(1)) })

const flushMs = 1_000

type Deps = { orders: Orders; purchase: Purchase; line: Waitlist; context: ServiceContext; limits: LimitVariables }

export const createRoutes = ({ orders, purchase, line, context, limits }: Deps) => {
  const { identity, idempotent, rateLimit } = context
  const rated = createLimits(rateLimit, limits)

  const found = (order: Order | undefined): Order => {
    if (!order) throw new NotFoundError('There is no such order')
    return order
  }

  const findOwn = async (id: string, buyerId: string): Promise<Order> => {
    const order = found(v.is(Id, id) ? await orders.find(id) : undefined)
    if (order.buyerId !== buyerId) return found(undefined)
    return isDue(order, new Date()) ? found(await orders.expire(id)) : order
  }

  /**
   * An order that ends is answered once its hold has followed and its events are out, if that takes no longer than a
   * second: it is stored by then, and the relay goes on.
   */
  const changeNow = async (id: string, change: (order: Order) => Order): Promise<Order> => {
    const order = found(await orders.change(id, change))
    if (order.status !== 'settling') await Promise.race([orders.relay.settled(id).catch(() => {}), pause(flushMs)])
    return order
  }

  return new Hono<IdempotencyEnv>()
    .post(
      '/api/orders',
      identity.confirmed,
      rated.byAddress,
      rated.byAccount,
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
        // Who has the ticket waits for it no more; a place that stays behind ends by itself.
        if (isNew) void line.leaveSoon({ ticketId, buyerId: c.var.user.id }).catch(() => {})
        return c.json(toPublic(order), isNew ? 201 : 200)
      },
    )
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
    .route('/', createHandoverRoutes({ handovers: openHandovers(orders), find: orders.find, context }))
    .route('/', createWaitlistRoutes({ line, purchase, context, limits: rated }))
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
        await changeNow(id, (order) => cancelByBuyer(order, new Date()))
        return c.body(null, 204)
      },
    )
    .use('/internal/orders/*', onlyFrom('payments', 'tickets', 'auth'))
    .get('/internal/orders/changes', onlyFrom('tickets'), query(Changes), async (c) => {
      const { after, afterId, until, limit } = c.req.valid('query')
      const changed = await orders.changedSince(after, afterId, until, limit)
      const last = changed.at(-1)
      return c.json({
        orders: changed.map(toData),
        next: last ? { at: last.updatedAt.toISOString(), id: last.id } : null,
      })
    })
    .get('/internal/orders/:id', async (c) => c.json(toData(found(await orders.find(c.req.param('id'))))))
    .post('/internal/orders/:id/settle', onlyFrom('payments'), body(ByPayment), async (c) => {
      const { paymentId } = c.req.valid('json')
      return c.json(toData(await changeNow(c.req.param('id'), (order) => settle(order, paymentId, new Date()))))
    })
    .post('/internal/orders/:id/complete', onlyFrom('payments'), body(ByPayment), async (c) => {
      const { paymentId } = c.req.valid('json')
      return c.json(toData(await changeNow(c.req.param('id'), (order) => complete(order, paymentId, new Date()))))
    })
    .post('/internal/orders/:id/fail', onlyFrom('payments'), body(ByPayment), async (c) => {
      const { paymentId } = c.req.valid('json')
      return c.json(toData(await changeNow(c.req.param('id'), (order) => failPayment(order, paymentId, new Date()))))
    })
    .post('/internal/tickets/:id/fence', onlyFrom('tickets'), body(Fencing), async (c) =>
      c.json({ verdict: await purchase.fence(c.req.param('id'), c.req.valid('json').version) }),
    )
}
