import type { InternalRoutes } from '@fairpass/orders/internal'
import { ChangedOrders, type Dapr, daprFetch, Fence, parseResponse } from '@fairpass/sdk/dapr'
import { OrderData } from '@fairpass/sdk/events'
import { hc } from 'hono/client'

/** The orders service, which alone knows whether somebody is checking out right now. */
export type Orders = {
  /** Orders that changed after `at`, or at it with a later id, until `until`, the earliest change first. */
  changedSince: (from: { at: Date; id: string; until: Date; limit: number }) => Promise<{
    orders: OrderData[]
    next: { at: Date; id: string } | undefined
  }>
  /** @throws RelayedProblemError `not_found` when there is no such order */
  find: (orderId: string) => Promise<OrderData>
  /** Asks whether a listing may be changed to `version`, and keeps buyers away until that version is known. */
  fence: (ticketId: string, version: number) => Promise<'free' | 'reserved' | 'sold'>
}

/** Orders keep buyers away from a ticket that is being changed for five seconds; the change must be stored well before. */
export const fenceWithinMs = 3_000

export const createOrders = (dapr: Dapr): Orders => {
  const { orders } = hc<InternalRoutes>('http://orders', daprFetch(dapr, 'orders')).internal
  const { tickets } = hc<InternalRoutes>(
    'http://orders',
    daprFetch(dapr, 'orders', { timeoutMs: fenceWithinMs }),
  ).internal
  return {
    changedSince: async ({ at, id, until, limit }) => {
      const query = { after: at.toISOString(), afterId: id, until: until.toISOString(), limit: `${limit}` }
      const { orders: changed, next } = await parseResponse(ChangedOrders, orders.changes.$get({ query }))
      return { orders: changed, next: next ? { at: new Date(next.at), id: next.id } : undefined }
    },
    find: (id) => parseResponse(OrderData, orders[':id'].$get({ param: { id } })),
    fence: async (id, version) =>
      (await parseResponse(Fence, tickets[':id'].fence.$post({ param: { id }, json: { version } }))).verdict,
  }
}
