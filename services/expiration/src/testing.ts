import type { OrderData } from '@fairpass/sdk/events'
import { newId } from '@fairpass/sdk/mongo'

/** An order as orders publishes it. */
export const orderUntil = (expiresAt: string): OrderData => ({
  id: newId(),
  version: 1,
  status: 'created',
  ticketId: newId(),
  buyerId: newId(),
  sellerId: newId(),
  totalCents: 500,
  currency: 'eur',
  createdAt: '2020-01-01T00:00:00.000Z',
  expiresAt,
})
