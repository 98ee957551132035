import { counter, gauge, histogram } from '@fairpass/sdk/telemetry'
import type { Payment } from './domain/payment.ts'

const paymentsTotal = counter('payments_total', {
  help: 'Payments that ended, by how: completed, failed, cancelled, and refunded, before or after they were completed',
  labels: ['outcome', 'kind'],
})

export const reconciledTotal = counter('reconciled_total', {
  help: 'Payments that the reconciler found between two steps: moved by it, waiting (for the buyer), or still under way',
  labels: ['outcome'],
})

export const stripeRequestSeconds = histogram('stripe_request_seconds', {
  help: 'How long calls of Stripe took, and how it answered; unknown is a time-out or a failure of its own',
  labels: ['call', 'outcome'],
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
})

export const paymentsUnfinished = gauge('payments_unfinished', {
  help: 'Payments between two steps, by their status, counted up to a thousand',
  labels: ['status'],
})

export const paymentsUnfinishedOldestSeconds = gauge('payments_unfinished_oldest_seconds', {
  help: 'How long ago the payment last moved that stands still the longest; those that wait for a card aside',
})

export const webhooksFailed = gauge('webhooks_failed', {
  help: 'Events of Stripe that were given up, up to a thousand',
})

/** Counts a payment that has come to an end. */
export const countEnd = ({ status, kind }: Pick<Payment, 'status' | 'kind'>): void => {
  if (status === 'completed' || status === 'failed' || status === 'cancelled' || status === 'refunded')
    paymentsTotal.inc({ outcome: status, kind })
}
