import { now } from '@fairpass/sdk/clock'
import { NotFoundError } from '@fairpass/sdk/errors'
import { body, Id, Moment, onlyFrom, query } from '@fairpass/sdk/http'
import { PageLimit } from '@fairpass/sdk/mongo'
import { Hono } from 'hono'
import * as v from 'valibot'
import { complete, failPayment, type Order, settle, toData } from './domain/order.ts'

const ByPayment = v.strictObject({ paymentId: Id })
const Changes = v.object({ after: Moment, afterId: v.string(), until: Moment, limit: PageLimit })
const Fencing = v.strictObject({ version: v.pipe(v.number(), v.integer(), v.minValue(1)) })

type Deps = {
  orders: {
    find: (id: string) => Promise<Order | undefined>
    changedSince: (at: Date, id: string, until: Date, limit: number) => Promise<Order[]>
    changeAndFlush: (id: string, change: (order: Order) => Order) => Promise<Order | undefined>
  }
  fence: (ticketId: string, version: number) => Promise<'free' | 'reserved' | 'sold'>
}

/** The routes for other services, which import nothing of orders but their type. */
export const createInternalRoutes = ({ orders, fence }: Deps) => {
  const toAnswer = (order: Order | undefined) => {
    if (!order) throw new NotFoundError('There is no such order')
    return toData(order)
  }
  const change = async (id: string, next: (order: Order) => Order) => toAnswer(await orders.changeAndFlush(id, next))

  return new Hono()
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
    .get('/internal/orders/:id', async (c) => c.json(toAnswer(await orders.find(c.req.param('id')))))
    .post('/internal/orders/:id/settle', onlyFrom('payments'), body(ByPayment), async (c) => {
      const { paymentId } = c.req.valid('json')
      return c.json(await change(c.req.param('id'), (order) => settle(order, paymentId, now())))
    })
    .post('/internal/orders/:id/complete', onlyFrom('payments'), body(ByPayment), async (c) => {
      const { paymentId } = c.req.valid('json')
      return c.json(await change(c.req.param('id'), (order) => complete(order, paymentId, now())))
    })
    .post('/internal/orders/:id/fail', onlyFrom('payments'), body(ByPayment), async (c) => {
      const { paymentId } = c.req.valid('json')
      return c.json(await change(c.req.param('id'), (order) => failPayment(order, paymentId, now())))
    })
    .post('/internal/tickets/:id/fence', onlyFrom('tickets'), body(Fencing), async (c) =>
      c.json({ verdict: await fence(c.req.param('id'), c.req.valid('json').version) }),
    )
}

export type InternalRoutes = ReturnType<typeof createInternalRoutes>
