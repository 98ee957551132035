import { CustomError } from '@fairpass/sdk/errors'
import { counter, gauge, histogram } from '@fairpass/sdk/telemetry'
import type { Order } from './domain/order.ts'

const holdsTotal = counter('holds_total', {
  help: 'Presses of BUY by their outcome: opened, open (the buyer had it already), or the code of the refusal',
  labels: ['outcome'],
})

const ordersEndedTotal = counter('orders_ended_total', {
  help: 'Orders that ended, by how: completed, expired, buyer, payment_failed, and later refunded',
  labels: ['how'],
})

const expiryLateSeconds = histogram('expiry_late_seconds', {
  help: 'How long after its time an order was ended that nobody paid; promised are 30 seconds',
  buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 300],
})

export const ordersOpen = gauge('orders_open', {
  help: 'Orders that hold a ticket, by their status',
  labels: ['status'],
})

/** Counts how a press of BUY went. */
export const countHold = async <T extends { isNew: boolean }>(open: () => Promise<T>): Promise<T> => {
  try {
    const opened = await open()
    holdsTotal.inc({ outcome: opened.isNew ? 'opened' : 'open' })
    return opened
  } catch (error) {
    holdsTotal.inc({ outcome: error instanceof CustomError ? error.code : 'internal' })
    throw error
  }
}

/** Counts an order that has come from `before` to its end. */
export const countEnd = (before: Order, { status, cancelReason, expiresAt, updatedAt }: Order): void => {
  if (status === before.status || status === 'created' || status === 'settling') return
  ordersEndedTotal.inc({ how: status === 'cancelled' ? (cancelReason ?? 'buyer') : status })
  if (cancelReason === 'expired') expiryLateSeconds.observe((updatedAt.getTime() - expiresAt.getTime()) / 1000)
}
