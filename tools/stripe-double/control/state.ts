import type Stripe from 'stripe'
import { isHeldBack } from '../payment/disputes.ts'
import type { Storage } from '../storage.ts'

const everything = 1_000_000

type Sums = {
  /** Held on cards and not yet taken. */
  capturable: number
  captured: number
  refunded: number
  /** What banks hold back: disputes that are open or lost. */
  disputed: number
  /** Sent to sellers, less what was taken back. */
  transferred: number
  /** What stays: captured less refunded, disputed and transferred. */
  net: number
}

// An authorisation that was given back shows as refunded at Stripe, but no money came or went.
const refundedOf = (charge: Stripe.Charge) =>
  charge.captured ? charge.amount_refunded - (charge.amount - charge.amount_captured) : 0

const noSums: Sums = { capturable: 0, captured: 0, refunded: 0, disputed: 0, transferred: 0, net: 0 }

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
  const all = storage.list('payment_intent', { limit: everything }).reverse()
  const charges = grouped(storage.list('charge', { limit: everything }).reverse())
  const refunds = grouped(storage.list('refund', { limit: everything }).reverse())
  const disputes = storage.list('dispute', { limit: everything }).reverse()
  const disputesOf = grouped(disputes)
  const transfers = storage.list('transfer', { limit: everything }).reverse()
  const sums: Record<string, Sums> = {}

  const intents = all.map((intent) => {
    const made = charges.get(intent.id) ?? []
    const captured = sum(made, ({ amount_captured }) => amount_captured)
    const refunded = sum(made, refundedOf)
    const disputed = sum((disputesOf.get(intent.id) ?? []).filter(isHeldBack), ({ amount }) => amount)
    const total = sums[intent.currency] ?? noSums
    sums[intent.currency] = {
      ...total,
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
  for (const { currency, amount, amount_reversed } of transfers) {
    const total = sums[currency] ?? noSums
    const sent = amount - amount_reversed
    sums[currency] = { ...total, transferred: total.transferred + sent, net: total.net - sent }
  }
  return {
    intents,
    sums,
    disputes: disputes.map(({ id, status, amount, currency, payment_intent }) => ({
      id,
      status,
      amount,
      currency,
      intent: payment_intent,
    })),
    transfers: transfers.map(({ id, amount, amount_reversed, currency, destination, metadata, ...transfer }) => ({
      id,
      amount,
      amountReversed: amount_reversed,
      currency,
      destination,
      metadata,
      sourceTransaction: transfer.source_transaction,
    })),
  }
}

/** What is left of the platform's money, by currency. */
export const balances = (storage: Storage): Record<string, number> =>
  Object.fromEntries(Object.entries(stateOf(storage).sums).map(([currency, { net }]) => [currency, net]))

/** Everything is pending for ever: payouts of the platform itself are not modelled, and neither are Stripe's fees. */
export const balanceOf = (storage: Storage): Stripe.Balance => {
  const sums = Object.entries(balances(storage))
  return {
    object: 'balance',
    available: sums.map(([currency]) => ({ amount: 0, currency })),
    livemode: false,
    pending: sums.map(([currency, amount]) => ({ amount, currency })),
  }
}
