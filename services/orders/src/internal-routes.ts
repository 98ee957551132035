import { now } from '@fairpass/sdk/clock'
import { NotFoundError } from '@fairpass/sdk/errors'
import { body, Id, Moment, onlyFrom, query } from '@fairpass/sdk/http'
import { PageLimit } from '@fairpass/sdk/mongo'
import { Hono } from 'hono'
import * as v from 'valibot'
import { complete, failPayment, type Order, OrderNotPayableError, settle, toData } from './domain/order.ts'

const ByPayment = v.strictObject({ paymentId: Id })
/** More than payments gathers for one call. */
const batchMost = 100
const Ids = v.object({
  ids: v.pipe(
    v.string(),
    v.transform((ids) => ids.split(',')),
    v.array(Id),
    v.maxLength(batchMost),
  ),
})
const ByPayments = v.strictObject({
  payments: v.pipe(
    v.array(v.strictObject({ orderId: Id, paymentId: Id })),
    v.maxLength(batchMost),
    v.check(
      (payments) => new Set(payments.map(({ orderId }) => orderId)).size === payments.length,
      'one for each order',
    ),
  ),
})
const Changes = v.object({ after: Moment, afterId: v.optional(v.string(), ''), until: Moment, limit: PageLimit })
const Fencing = v.strictObject({ version: v.pipe(v.number(), v.integer(), v.minValue(1)) })

type Change = (order: Order) => Order
type Deps = {
  orders: {
    findEach: (ids: readonly string[]) => Promise<Order[]>
    changeManyAndFlush: (
      changes: ReadonlyMap<string, Change>,
    ) => Promise<ReadonlyMap<string, PromiseSettledResult<Order | undefined>>>
    findConfirmed: (id: string) => Promise<Order | undefined>
    changedSince: (at: Date, id: string, until: Date, limit: number) => Promise<Order[]>
    changeAndFlush: (id: string, change: Change) => Promise<Order | undefined>
  }
  fence: (ticketId: string, version: number) => Promise<'free' | 'reserved' | 'sold'>
}

type Decide = (order: Order, paymentId: string, now: Date) => Order
const decisions: Record<'settle' | 'complete' | 'fail', Decide> = { settle, complete, fail: failPayment }

/** Only a refusal by the order itself is one. */
const verdictOf = (end: PromiseSettledResult<Order | undefined> | undefined) => {
  if (end?.status === 'fulfilled' && end.value) return 'done'
  return end?.status === 'rejected' && end.reason instanceof OrderNotPayableError ? 'refused' : 'unknown'
}

/** What payments asks for and tells of several orders at once. */
const createBatchRoutes = ({ orders }: Pick<Deps, 'orders'>) => {
  const decideAll = async (what: keyof typeof decisions, { payments }: v.InferOutput<typeof ByPayments>) => {
    const decide = decisions[what]
    const changes = payments.map(
      ({ orderId, paymentId }) => [orderId, (order: Order) => decide(order, paymentId, now())] as const,
    )
    const ends = await orders.changeManyAndFlush(new Map(changes))
    return { verdicts: payments.map(({ orderId }) => verdictOf(ends.get(orderId))) }
  }

  return new Hono()
    .use('*', onlyFrom('payments'))
    .get('/', query(Ids), async (c) =>
      c.json({ orders: (await orders.findEach(c.req.valid('query').ids)).map(toData) }),
    )
    .post('/settle', body(ByPayments), async (c) => c.json(await decideAll('settle', c.req.valid('json'))))
    .post('/complete', body(ByPayments), async (c) => c.json(await decideAll('complete', c.req.valid('json'))))
    .post('/fail', body(ByPayments), async (c) => c.json(await decideAll('fail', c.req.valid('json'))))
}

/** The routes for other services, which import nothing of orders but their type. */
export const createInternalRoutes = ({ orders, fence }: Deps) => {
  const toAnswer = (order: Order | undefined) => {
    if (!order) throw new NotFoundError('There is no such order')
    return toData(order)
  }
  const decide = async (what: keyof typeof decisions, id: string, { paymentId }: v.InferOutput<typeof ByPayment>) =>
    toAnswer(await orders.changeAndFlush(id, (order) => decisions[what](order, paymentId, now())))

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
    .route('/internal/orders/batch', createBatchRoutes({ orders }))
    .get('/internal/orders/:id', async (c) => c.json(toAnswer(await orders.findConfirmed(c.req.param('id')))))
    .post('/internal/orders/:id/settle', onlyFrom('payments'), body(ByPayment), async (c) =>
      c.json(await decide('settle', c.req.param('id'), c.req.valid('json'))),
    )
    .post('/internal/orders/:id/complete', onlyFrom('payments'), body(ByPayment), async (c) =>
      c.json(await decide('complete', c.req.param('id'), c.req.valid('json'))),
    )
    .post('/internal/orders/:id/fail', onlyFrom('payments'), body(ByPayment), async (c) =>
      c.json(await decide('fail', c.req.param('id'), c.req.valid('json'))),
    )
    .post('/internal/tickets/:id/fence', onlyFrom('tickets'), body(Fencing), async (c) =>
      c.json({ verdict: await fence(c.req.param('id'), c.req.valid('json').version) }),
    )
}

export type InternalRoutes = ReturnType<typeof createInternalRoutes>
