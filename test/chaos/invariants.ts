import type { Evidence, KeptPayment } from './evidence.ts'
import { checkHandovers } from './handover-invariants.ts'
import { checkPayouts } from './payout-invariants.ts'

const sumBy = <T>(all: readonly T[], keyOf: (one: T) => string, of: (one: T) => number) => {
  const sums = new Map<string, number>()
  for (const one of all) sums.set(keyOf(one), (sums.get(keyOf(one)) ?? 0) + of(one))
  return sums
}

const groupBy = <T>(all: readonly T[], keyOf: (one: T) => string) => {
  const groups = new Map<string, T[]>()
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one])
  return groups
}

const ended = new Set(['completed', 'cancelled', 'refunded'])

const where = <T>(all: readonly T[], isWrong: (one: T) => boolean, say: (one: T) => string) =>
  all.filter(isWrong).map(say)

/** What the invariants look up, by what they look it up. */
const indexEvidence = (evidence: Evidence) => {
  const { orders, payments, stripe } = evidence
  const { intents } = stripe
  const intentById = new Map(intents.map((intent) => [intent.id, intent]))
  return {
    ...evidence,
    intents,
    intentById,
    orderById: new Map(orders.map((order) => [order.id, order])),
    paymentById: new Map(payments.map((payment) => [payment.id, payment])),
    paymentsOf: groupBy(payments, ({ orderId }) => orderId),
    intentsOf: groupBy(intents, ({ metadata }) => metadata.orderId ?? ''),
    /** What was sent to sellers, by payment. */
    sentOf: sumBy(
      stripe.transfers,
      ({ metadata }) => metadata.paymentId ?? '',
      ({ amount, amountReversed }) => amount - amountReversed,
    ),
    isPaid: ({ kind, amountCents, intentId }: KeptPayment) => {
      if (kind === 'coupon') return amountCents === 0
      const intent = intentById.get(intentId ?? '')
      return intent !== undefined && intent.captured === amountCents && intent.refunded === 0
    },
  }
}

type Index = ReturnType<typeof indexEvidence>

const checkEnds = ({ orders, payments, intents }: Index) => ({
  'everything came to its end': [
    ...where(
      orders,
      ({ status }) => !ended.has(status),
      ({ id, status }) => `order ${id} is ${status}`,
    ),
    ...where(
      payments,
      ({ status }) => !['completed', 'failed', 'cancelled', 'refunded'].includes(status),
      ({ id, status }) => `payment ${id} is ${status}`,
    ),
    ...where(
      intents,
      ({ capturable }) => capturable > 0,
      ({ id, capturable }) => `${id} still holds ${capturable}`,
    ),
  ],
})

const checkOrders = ({ orders, payments, intents, orderById, paymentsOf, isPaid }: Index) => ({
  'no charge without a completed order or a refund': where(
    intents,
    ({ captured, refunded, metadata: { orderId = '', paymentId = '' } }) => {
      if (captured === refunded) return false
      const order = orderById.get(orderId)
      return order?.status !== 'completed' || order.paymentId !== paymentId
    },
    ({ id, captured, refunded, metadata }) =>
      `${id} keeps ${captured - refunded}, order ${metadata.orderId} is ${orderById.get(metadata.orderId ?? '')?.status}`,
  ),
  'no completed order without a captured charge or a coupon': where(
    orders,
    ({ id, status }) =>
      status === 'completed' &&
      (paymentsOf.get(id) ?? []).filter((payment) => payment.status === 'completed' && isPaid(payment)).length !== 1,
    ({ id }) => `order ${id}`,
  ),
  'no completed payment without its completed order': where(
    payments,
    ({ id, orderId, status }) =>
      status === 'completed' &&
      (orderById.get(orderId)?.status !== 'completed' || orderById.get(orderId)?.paymentId !== id),
    ({ id, orderId }) => `payment ${id} of order ${orderId}, which is ${orderById.get(orderId)?.status}`,
  ),
})

const refundsOf = ({ refunds }: Index['intents'][number]) => refunds.filter(({ released }) => !released)

const checkRepeats = ({ intents, intentsOf }: Index) => ({
  'no double charge': [
    ...where(
      [...intentsOf],
      ([, tried]) => tried.filter(({ captured, refunded }) => captured > refunded).length > 1,
      ([orderId]) => `order ${orderId}`,
    ),
    ...where(
      intents,
      ({ captures }) => captures > 1,
      ({ id, captures }) => `${id} was captured ${captures} times`,
    ),
  ],
  'no double refund': where(
    intents,
    (intent) => refundsOf(intent).length > 1 || intent.refunded > intent.captured,
    (intent) => `${intent.id}: ${refundsOf(intent).length} refunds of ${intent.refunded}`,
  ),
})

const sumLedger = ({ entries }: Index) => {
  const lines = entries.flatMap(({ currency, paymentId, lines }) =>
    lines.map((line) => ({ ...line, currency, paymentId: paymentId ?? '' })),
  )
  const stripeLines = lines.filter(({ account }) => account === 'stripe')
  return {
    totals: sumBy(
      lines,
      ({ currency }) => currency,
      ({ amount }) => amount,
    ),
    inLedger: sumBy(
      stripeLines,
      ({ paymentId }) => paymentId,
      ({ amount }) => amount,
    ),
    ledgerByCurrency: sumBy(
      stripeLines,
      ({ currency }) => currency,
      ({ amount }) => amount,
    ),
  }
}

const checkLedger = (index: Index) => {
  const { intents, intentById, paymentById, sentOf, stripe } = index
  const { totals, inLedger, ledgerByCurrency } = sumLedger(index)
  /** What is left at Stripe of a payment. */
  const leftOf = ({ captured, refunded, disputed, metadata: { paymentId = '' } }: Index['intents'][number]) =>
    captured - refunded - disputed - (sentOf.get(paymentId) ?? 0)
  return {
    'the ledger is zero in each currency': where(
      [...totals],
      ([, sum]) => sum !== 0,
      ([currency, sum]) => `${currency}: ${sum}`,
    ),
    'Stripe and the ledger agree to the cent': [
      ...where(
        intents,
        (intent) =>
          (intent.captured > 0 || intent.refunded > 0) &&
          (inLedger.get(intent.metadata.paymentId ?? '') ?? 0) !== leftOf(intent),
        (intent) =>
          `${intent.id}: ${leftOf(intent)} at Stripe, ${inLedger.get(intent.metadata.paymentId ?? '') ?? 0} in the ledger`,
      ),
      ...where(
        [...inLedger],
        ([paymentId, amount]) =>
          !intentById.has(paymentById.get(paymentId)?.intentId ?? '') && amount !== 0 - (sentOf.get(paymentId) ?? 0),
        ([paymentId, amount]) => `payment ${paymentId}: ${amount} in the ledger, and no such charge at Stripe`,
      ),
      ...where(
        Object.entries(stripe.sums),
        ([currency, { net }]) => (ledgerByCurrency.get(currency) ?? 0) !== net,
        ([currency, { net }]) => `${currency}: ${net} at Stripe, ${ledgerByCurrency.get(currency) ?? 0} in the ledger`,
      ),
    ],
  }
}

const checkCoupons = ({ coupons, payments }: Index) => {
  const redemptions = sumBy(
    payments.filter(({ kind, status }) => kind === 'coupon' && status === 'completed'),
    ({ couponId }) => couponId ?? '',
    () => 1,
  )
  return {
    'a coupon is redeemed as often as it paid': where(
      coupons,
      ({ id, redemptions: counted }) => counted !== (redemptions.get(id) ?? 0),
      ({ id, redemptions: counted }) => `coupon ${id}: ${counted}, but ${redemptions.get(id) ?? 0} payments`,
    ),
  }
}

/** What must hold of money whatever happened, each with the sentences that say where it does not. */
export const checkInvariants = (evidence: Evidence): Record<string, string[]> => {
  const index = indexEvidence(evidence)
  return {
    ...checkEnds(index),
    ...checkOrders(index),
    ...checkRepeats(index),
    ...checkLedger(index),
    ...checkPayouts(evidence, index.sentOf),
    ...checkHandovers(evidence, index.sentOf),
    ...checkCoupons(index),
    'no forged webhook was believed':
      evidence.stripe.webhooks.forgedAccepted > 0 ? ['a forged signature was accepted'] : [],
  }
}
