import type Stripe from 'stripe'
import { isHeldBack } from '../payment/disputes.ts'
import type { EntryKind, Storage } from '../storage.ts'

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

/** An intent, and what came of it. */
const shownIntent = (
  intent: Stripe.PaymentIntent,
  { charges, refunds, disputes }: { charges: Stripe.Charge[]; refunds: Stripe.Refund[]; disputes: Stripe.Dispute[] },
) => {
  const isCaptured = new Set(charges.filter((charge) => charge.captured).map(({ id }) => id))
  return {
    id: intent.id,
    status: intent.status,
    amount: intent.amount,
    currency: intent.currency,
    metadata: intent.metadata,
    captureMethod: intent.capture_method,
    capturable: intent.amount_capturable,
    captured: sum(charges, ({ amount_captured }) => amount_captured),
    refunded: sum(charges, refundedOf),
    disputed: sum(disputes.filter(isHeldBack), ({ amount }) => amount),
    captures: isCaptured.size,
    charges: charges.map(({ id, status, captured, amount, amount_captured, amount_refunded, disputed }) => ({
      id,
      status,
      captured,
      amount,
      amountCaptured: amount_captured,
      amountRefunded: amount_refunded,
      disputed,
    })),
    refunds: refunds.map(({ id, amount, reason, charge }) => ({
      id,
      amount,
      reason,
      /** Only an authorisation, or a part of it, was given back. */
      released: !isCaptured.has(String(charge)) || reason === 'partial_capture',
    })),
  }
}

/** What all intents and transfers come to, by currency. */
const sumsOf = (intents: ReturnType<typeof shownIntent>[], transfers: Stripe.Transfer[]): Record<string, Sums> => {
  const sums: Record<string, Sums> = {}
  for (const { currency, capturable, captured, refunded, disputed } of intents) {
    const total = sums[currency] ?? noSums
    sums[currency] = {
      ...total,
      capturable: total.capturable + capturable,
      captured: total.captured + captured,
      refunded: total.refunded + refunded,
      disputed: total.disputed + disputed,
      net: total.net + captured - refunded - disputed,
    }
  }
  for (const { currency, amount, amount_reversed } of transfers) {
    const total = sums[currency] ?? noSums
    const sent = amount - amount_reversed
    sums[currency] = { ...total, transferred: total.transferred + sent, net: total.net - sent }
  }
  return sums
}

/** All that a check of invariants needs, oldest intent first. */
export const stateOf = (storage: Storage) => {
  const all = <K extends EntryKind>(kind: K) => storage.list(kind, { limit: everything }).reverse()
  const disputes = all('dispute')
  const transfers = all('transfer')
  const [chargesOf, refundsOf, disputesOf] = [grouped(all('charge')), grouped(all('refund')), grouped(disputes)]
  const intents = all('payment_intent').map((intent) =>
    shownIntent(intent, {
      charges: chargesOf.get(intent.id) ?? [],
      refunds: refundsOf.get(intent.id) ?? [],
      disputes: disputesOf.get(intent.id) ?? [],
    }),
  )
  return {
    intents,
    sums: sumsOf(intents, transfers),
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
