import type { InternalRoutes } from '@fairpass/orders/internal'
import { type Dapr, daprFetch, OrderToPay, parseResponse } from '@fairpass/sdk/dapr'
import { RelayedProblemError } from '@fairpass/sdk/errors'
import { hc } from 'hono/client'

/** The orders service, which knows the order that a payment or a dispute is about. */
export type Orders = { find: (orderId: string) => Promise<OrderToPay | undefined> }

export const createOrders = (dapr: Pick<Dapr, 'invoke'>): Orders => {
  const { orders } = hc<InternalRoutes>('http://orders', daprFetch(dapr, 'orders')).internal
  return {
    find: async (id) => {
      try {
        return await parseResponse(OrderToPay, orders[':id'].$get({ param: { id } }))
      } catch (error) {
        if (error instanceof RelayedProblemError && error.code === 'not_found') return undefined
        throw error
      }
    },
  }
}
