import type { InternalRoutes } from '@fairpass/orders/internal'
import { createGrouping } from '@fairpass/sdk/batcher'
import { type Dapr, daprFetch, OrdersToPay, OrderToPay, parseResponse, Verdicts } from '@fairpass/sdk/dapr'
import { RelayedProblemError, ServiceUnavailableError } from '@fairpass/sdk/errors'
import { hc } from 'hono/client'

/** The orders service, the only judge of who may buy. Telling it the same twice changes nothing. */
export type Orders = {
  find: (orderId: string) => Promise<OrderToPay | undefined>
  /** Stops the order's clock for this payment alone. False: it can no longer be paid. */
  settle: (orderId: string, paymentId: string) => Promise<boolean>
  /** The money is there. False: the order has ended otherwise. */
  complete: (orderId: string, paymentId: string) => Promise<boolean>
  /** The money will not come. False: the order does not care any more. */
  fail: (orderId: string, paymentId: string) => Promise<boolean>
}

type OfPayment = { orderId: string; paymentId: string }

/** What orders could not answer as a whole, such as an earlier version that knows no such call, is asked for one by one. */
const unlessRelayed = (error: unknown): [] => {
  if (error instanceof RelayedProblemError) return []
  throw error
}

/** Of several that concern one order, the last: the others have to come after it. */
const oneOfEach = <T>(items: readonly T[], orderIdOf: (item: T) => string) =>
  new Map(items.map((item) => [orderIdOf(item), item]))

const createTell = (dapr: Dapr, what: 'settle' | 'complete' | 'fail') => {
  const { orders } = hc<InternalRoutes>('http://orders', daprFetch(dapr, 'orders')).internal

  const alone = async ({ orderId, paymentId }: OfPayment): Promise<boolean> => {
    try {
      await parseResponse(OrderToPay, orders[':id'][what].$post({ param: { id: orderId }, json: { paymentId } }))
      return true
    } catch (error) {
      // Only the order's own word decides over money; a lost race, or an order that is not found, is no word.
      if (!(error instanceof RelayedProblemError)) throw error
      if (error.status === 409 && error.code !== 'version_conflict') return false
      throw new ServiceUnavailableError(undefined, { cause: error })
    }
  }

  const together = async (told: readonly OfPayment[]): Promise<(boolean | undefined)[]> => {
    const payments = [...oneOfEach(told, ({ orderId }) => orderId).values()]
    const { verdicts } = await parseResponse(Verdicts, orders.batch[what].$post({ json: { payments } }))
    const verdictOf = new Map(payments.map((payment, nth) => [payment, verdicts[nth]]))
    return told.map((one) => {
      const verdict = verdictOf.get(one)
      return verdict === 'done' || (verdict === 'refused' ? false : undefined)
    })
  }

  const tell = createGrouping({ alone, together: (told) => together(told).catch(unlessRelayed) })
  return (orderId: string, paymentId: string) => tell({ orderId, paymentId })
}

const createFind = (dapr: Dapr) => {
  const { orders } = hc<InternalRoutes>('http://orders', daprFetch(dapr, 'orders')).internal

  const alone = async (orderId: string): Promise<{ order?: OrderToPay }> => {
    try {
      return { order: await parseResponse(OrderToPay, orders[':id'].$get({ param: { id: orderId } })) }
    } catch (error) {
      if (error instanceof RelayedProblemError && error.code === 'not_found') return {}
      throw error
    }
  }

  const together = async (orderIds: readonly string[]) => {
    const ids = [...new Set(orderIds)].join(',')
    const { orders: found } = await parseResponse(OrdersToPay, orders.batch.$get({ query: { ids } }))
    const byId = new Map(found.map((order) => [order.id, order]))
    return orderIds.map((orderId) => {
      const order = byId.get(orderId)
      return order ? { order } : {}
    })
  }

  const find = createGrouping({ alone, together: (ids) => together(ids).catch(unlessRelayed) })
  return async (orderId: string) => (await find(orderId)).order
}

/** What comes within moments is asked and told together. */
export const createOrders = (dapr: Dapr): Orders => ({
  find: createFind(dapr),
  settle: createTell(dapr, 'settle'),
  complete: createTell(dapr, 'complete'),
  fail: createTell(dapr, 'fail'),
})
