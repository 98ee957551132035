import { expect, test } from 'bun:test'
import type { Evidence } from './evidence.ts'
import { checkInvariants } from './invariants.ts'
import { runMoney } from './money.ts'
import { planOf } from './plan.ts'

const broken = (evidence: Evidence) =>
  Object.entries(checkInvariants(evidence)).flatMap(([invariant, wrong]) => (wrong.length > 0 ? [invariant] : []))

const transfer: Evidence['stripe']['transfers'][number] = {
  id: 'tr',
  amount: 480,
  amountReversed: 0,
  currency: 'eur',
  destination: 'acct',
  metadata: { paymentId: 'payment' },
  sourceTransaction: 'ch',
}

const sound = (): Evidence => ({
  orders: [{ id: 'order', status: 'completed', paymentId: 'payment', totalCents: 500, currency: 'eur' }],
  payments: [
    {
      id: 'payment',
      orderId: 'order',
      status: 'completed',
      kind: 'card',
      amountCents: 500,
      currency: 'eur',
      intentId: 'pi',
      sellerId: 'somebody',
      totalCents: 500,
      feeCents: 20,
    },
  ],
  entries: [
    {
      id: 'captured:payment',
      paymentId: 'payment',
      currency: 'eur',
      lines: [
        { account: 'stripe', amount: 500 },
        { account: 'seller:somebody', amount: -500 },
      ],
    },
    {
      id: 'fee:payment',
      paymentId: 'payment',
      currency: 'eur',
      lines: [
        { account: 'seller:somebody', amount: 20 },
        { account: 'platform:fees', amount: -20 },
      ],
    },
    {
      id: 'payout:payment:1',
      paymentId: 'payment',
      currency: 'eur',
      lines: [
        { account: 'seller:somebody', amount: 480 },
        { account: 'stripe', amount: -480 },
      ],
    },
  ],
  payouts: [{ id: 'payment', status: 'paid', sellerId: 'somebody' }],
  ready: ['somebody'],
  fileAnswers: [{ orderId: 'order', who: 'buyer', isLast: true, status: 200 }],
  paidEarly: [],
  coupons: [],
  stripe: {
    intents: [
      {
        id: 'pi',
        status: 'succeeded',
        amount: 500,
        currency: 'eur',
        metadata: { orderId: 'order', paymentId: 'payment' },
        captureMethod: 'manual',
        capturable: 0,
        captured: 500,
        refunded: 0,
        disputed: 0,
        captures: 1,
        charges: [],
        refunds: [],
      },
    ],
    sums: { eur: { capturable: 0, captured: 500, refunded: 0, disputed: 0, transferred: 480, net: 20 } },
    disputes: [],
    transfers: [transfer],
    webhooks: { pending: 0, delivered: 1, lost: 0, failed: 0, forgedAccepted: 0 },
  },
})

const first = <T>(all: T[]): T => {
  const [one] = all
  if (one === undefined) throw new Error('there is none')
  return one
}

// Guarantee: the check itself would notice.
test('sound evidence breaks nothing', () => {
  expect(broken(sound())).toEqual([])
})

test.each<[string, (evidence: Evidence) => void]>([
  [
    'everything came to its end',
    ({ payments }) => {
      first(payments).status = 'settled'
    },
  ],
  [
    'no charge without a completed order or a refund',
    ({ orders, payments }) => {
      first(orders).status = 'cancelled'
      first(payments).status = 'cancelled'
    },
  ],
  [
    'no completed order without a captured charge or a coupon',
    ({ stripe }) => {
      first(stripe.intents).captured = 499
    },
  ],
  [
    'no completed payment without its completed order',
    ({ orders }) => {
      first(orders).paymentId = 'another'
    },
  ],
  [
    'no double charge',
    ({ stripe }) => void stripe.intents.push({ ...first(stripe.intents), id: 'pi_again', captured: 500 }),
  ],
  [
    'no double refund',
    ({ stripe }) => {
      const refund = { id: 're', amount: 250, reason: null, charge: 'ch', released: false }
      first(stripe.intents).refunds = [refund, { ...refund, id: 're_again' }]
    },
  ],
  ['the ledger is zero in each currency', ({ entries }) => void first(entries).lines.pop()],
  ['Stripe and the ledger agree to the cent', ({ entries }) => void entries.pop()],
  ['a seller was sent exactly what is owed', ({ stripe }) => void stripe.transfers.pop()],
  [
    'nothing was sent twice, and nothing for nobody',
    ({ stripe }) => void stripe.transfers.push({ ...transfer, id: 'tr_again' }),
  ],
  ['the books owe sellers what was not sent', ({ entries }) => void entries.pop()],
  ['a coupon is redeemed as often as it paid', ({ coupons }) => void coupons.push({ id: 'coupon', redemptions: 1 })],
  ['no payout before the buyer could have entered', ({ paidEarly }) => void paidEarly.push('payment')],
  [
    'no payout before the buyer could have entered',
    ({ orders }) => {
      first(orders).claim = { status: 'open' }
    },
  ],
  [
    'what was not handed over, or did not work, is refunded',
    ({ orders }) => {
      first(orders).handover = { kind: 'transfer', status: 'overdue' }
    },
  ],
  [
    'every claim is decided',
    ({ orders }) => {
      first(orders).claim = { status: 'open' }
    },
  ],
  [
    'no file is handed out without a completed order',
    (evidence) => {
      evidence.fileAnswers = [{ orderId: 'order', who: 'seller', isLast: false, status: 200 }]
    },
  ],
  [
    'no file is handed out without a completed order',
    ({ orders }) => {
      first(orders).status = 'refunded'
    },
  ],
  [
    'no forged webhook was believed',
    ({ stripe }) => {
      stripe.webhooks.forgedAccepted = 1
    },
  ],
])('%s: evidence of the contrary is seen', (invariant, falsify) => {
  const evidence = sound()
  falsify(evidence)
  expect(broken(evidence)).toContain(invariant)
})

test('the same seed decides the same run', () => {
  const run = { seed: 7, purchases: 200, kills: 3 }
  expect(planOf(run)).toEqual(planOf(run))
  expect(planOf({ ...run, seed: 8 })).not.toEqual(planOf(run))
})

// Promises 2 and 5 at once, and more: a small piece of what `bun run chaos` does.
test('a hundred purchases amid faults, and payments killed: the money adds up', async () => {
  const { broken, isSettled } = await runMoney(
    { seed: 20_350_601, purchases: 100, kills: 1, atOnce: 32, settleWithinMs: 120_000 },
    () => {},
  )
  expect(broken.filter(([, wrong]) => wrong.length > 0)).toEqual([])
  expect(isSettled).toBe(true)
}, 300_000)
