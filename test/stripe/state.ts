import type Stripe from 'stripe'
import type { Storage } from './storage.ts'

const EVERYTHING = 1_000_000

interface Sums {
  /** Held on cards and not yet taken. */
  capturable: number
  captured: number
  refunded: number
  disputed: number
  /** What stays: captured less refunded and disputed. */
  net: number
}

// An authorisation that was given back shows as refunded at Stripe, but no money came or went.
const refundedOf = (charge: Stripe.Charge) =>
  charge.captured ? charge.amount_refunded - (charge.amount - charge.amount_captured) : 0

const disputedOf = (charge: Stripe.Charge) => (charge.disputed ? charge.amount_captured : 0)

const sum = <T>(entries: T[], of: (entry: T) => number) => entries.reduce((total, entry) => total + of(entry), 0)

const grouped = <T extends { payment_intent: unknown }>(entries: T[]): Map<string, T[]> => {
  const groups = new Map<string, T[]>()
  for (const entry of entries) {
    const key = String(entry.payment_intent)
    groups.set(key, [...(groups.get(key) ?? []), entry])
  }
  return groups
}

/** All that a check of invariants needs, oldest intent first. */
export const stateOf = (storage: Storage) => {
  const all = storage.list('payment_intent', { limit: EVERYTHING }).reverse()
  const charges = grouped(storage.list('charge', { limit: EVERYTHING }).reverse())
  const refunds = grouped(storage.list('refund', { limit: EVERYTHING }).reverse())
  const sums: Record<string, Sums> = {}

  const intents = all.map((intent) => {
    const made = charges.get(intent.id) ?? []
    const captured = sum(made, ({ amount_captured }) => amount_captured)
    const refunded = sum(made, refundedOf)
    const disputed = sum(made, disputedOf)
    const total = sums[intent.currency] ?? { capturable: 0, captured: 0, refunded: 0, disputed: 0, net: 0 }
    sums[intent.currency] = {
      capturable: total.capturable + intent.amount_capturable,
      captured: total.captured + captured,
      refunded: total.refunded + refunded,
      disputed: total.disputed + disputed,
      net: total.net + captured - refunded - disputed,
    }
    const isCaptured = new Set(made.filter((charge) => charge.captured).map(({ id }) => id))
    return {
      id: intent.id,
      status: intent.status,
      amount: intent.amount,
      currency: intent.currency,
      metadata: intent.metadata,
      captureMethod: intent.capture_method,
      capturable: intent.amount_capturable,
      captured,
      refunded,
      disputed,
      captures: isCaptured.size,
      charges: made.map(({ id, status, captured, amount, amount_captured, amount_refunded, disputed }) => ({
        id,
        status,
        captured,
        amount,
        amountCaptured: amount_captured,
        amountRefunded: amount_refunded,
        disputed,
      })),
      refunds: (refunds.get(intent.id) ?? []).map(({ id, amount, reason, charge }) => ({
        id,
        amount,
        reason,
        /** Only an authorisation, or a part of it, was given back. */
        released: !isCaptured.has(String(charge)) || reason === 'partial_capture',
      })),
    }
  })
  return { intents, sums }
}

/** Everything is pending for ever: payouts of the platform itself are not modelled, and neither are Stripe's fees. */
export const balanceOf = (storage: Storage): Stripe.Balance => {
  const sums = Object.entries(stateOf(storage).sums)
  return {
    object: 'balance',
    available: sums.map(([currency]) => ({ amount: 0, currency })),
    livemode: false,
    pending: sums.map(([currency, { net }]) => ({ amount: net, currency })),
  }
}
