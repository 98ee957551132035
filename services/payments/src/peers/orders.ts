import type { InternalRoutes } from '@fairpass/orders/internal'
import { type Dapr, daprFetch, OrderToPay, parseResponse } from '@fairpass/sdk/dapr'
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

export const createOrders = (dapr: Dapr): Orders => {
  const { orders } = hc<InternalRoutes>('http://orders', daprFetch(dapr, 'orders')).internal

  const tell = async (orderId: string, what: 'settle' | 'complete' | 'fail', paymentId: string): Promise<boolean> => {
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

  return {
    find: async (orderId) => {
      try {
        return await parseResponse(OrderToPay, orders[':id'].$get({ param: { id: orderId } }))
      } catch (error) {
        if (error instanceof RelayedProblemError && error.code === 'not_found') return undefined
        throw error
      }
    },
    settle: (orderId, paymentId) => tell(orderId, 'settle', paymentId),
    complete: (orderId, paymentId) => tell(orderId, 'complete', paymentId),
    fail: (orderId, paymentId) => tell(orderId, 'fail', paymentId),
  }
}
