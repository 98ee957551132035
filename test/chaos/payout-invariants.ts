import type { Evidence, KeptPayment, KeptPayout } from './evidence.ts'

/** What a seller is to be sent for a sale once its show has begun, and whatever was to happen has happened. */
const owedOf = ({ status, totalCents, feeCents = 0, dispute }: KeptPayment) =>
  status === 'completed' && dispute?.status !== 'lost' ? totalCents - feeCents : 0

/** Why a payout is as it is, for whoever reads of a broken invariant. */
const described = (payout: KeptPayout | undefined): string => {
  if (!payout) return 'no payout'
  const { status, waitsFor, payableAt, disputes, failure, lease } = payout
  return `payout ${JSON.stringify({ status, waitsFor, payableAt, disputes, failure, lease })}`
}

/** What must hold of what sellers were sent, each with the sentences that say where it does not. */
export const checkPayouts = (
  { payments, payouts, entries, ready, stripe }: Evidence,
  sentOf: Map<string, number>,
): Record<string, string[]> => {
  const payoutById = new Map(payouts.map((payout) => [payout.id, payout]))
  const paymentById = new Map(payments.map((payment) => [payment.id, payment]))
  const canBePaid = new Set(ready)
  // A coupon is paid from what the platform has, and that may be too little.
  const isShort = ({ id, kind }: KeptPayment) => kind === 'coupon' && payoutById.get(id)?.waitsFor === 'balance'
  const expected = (payment: KeptPayment) =>
    canBePaid.has(payment.sellerId) && !isShort(payment) ? owedOf(payment) : 0

  const atOnce = new Map<string, number>()
  for (const { metadata, amount, amountReversed } of stripe.transfers)
    if (amount > amountReversed) atOnce.set(metadata.paymentId ?? '', (atOnce.get(metadata.paymentId ?? '') ?? 0) + 1)

  /** What the books say a seller is owed, and what they should. */
  const owedInBooks = new Map<string, number>()
  for (const { currency, lines } of entries)
    for (const { account, amount } of lines)
      if (account.startsWith('seller:'))
        owedInBooks.set(`${account} ${currency}`, (owedInBooks.get(`${account} ${currency}`) ?? 0) - amount)
  const owed = new Map<string, number>()
  for (const payment of payments) {
    const key = `seller:${payment.sellerId} ${payment.currency}`
    owed.set(key, (owed.get(key) ?? 0) + owedOf(payment) - expected(payment))
  }

  return {
    'a seller was sent exactly what is owed': payments
      .filter((payment) => (sentOf.get(payment.id) ?? 0) !== expected(payment))
      .map(
        (payment) =>
          `payment ${payment.id} (${payment.status}): ${sentOf.get(payment.id) ?? 0} sent, ${expected(payment)} owed, ${payment.kind}, ${described(payoutById.get(payment.id))}`,
      ),
    'nothing was sent twice, and nothing for nobody': [
      ...[...atOnce].filter(([, times]) => times > 1).map(([id, times]) => `payment ${id}: ${times} transfers at once`),
      ...[...sentOf].filter(([id]) => !paymentById.has(id)).map(([id, cents]) => `${cents} sent for payment ${id}`),
    ],
    'the books owe sellers what was not sent': [...owedInBooks]
      .filter(([key, cents]) => cents !== (owed.get(key) ?? 0))
      .map(([key, cents]) => `${key}: ${cents} in the books, ${owed.get(key) ?? 0} owed`),
  }
}
