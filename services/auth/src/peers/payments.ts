import type { InternalRoutes } from '@fairpass/payments/internal'
import { type Dapr, daprFetch, Owed, parseResponse } from '@fairpass/sdk/dapr'
import { hc } from 'hono/client'

/** The payments service, which alone knows what a seller is still owed. */
export type Payments = { isOwed: (userId: string) => Promise<boolean> }

export const createPayments = (dapr: Pick<Dapr, 'invoke'>): Payments => {
  const { sellers } = hc<InternalRoutes>('http://payments', daprFetch(dapr, 'payments')).internal
  return {
    isOwed: async (id) => (await parseResponse(Owed, sellers[':id'].owed.$get({ param: { id } }))).isOwed,
  }
}
