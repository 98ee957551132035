import { expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import fc from 'fast-check'
import { feeOf } from './fee.ts'
import { type Account, capturedEntries, entriesOf, entry, type Line, refundedEntry } from './ledger.ts'
import { move, openPayment, type Payment, type Status } from './payment.ts'

const sum = (lines: readonly Line[]) => lines.reduce((total, { amount }) => total + amount, 0)

const paymentOf = (
  totalCents: number,
  paidBy: { paymentMethod: string } | { couponId: string },
  feeCents = 0,
): Payment => ({
  ...openPayment(
    {
      id: newId(),
      orderId: newId(),
      attempt: 1,
      buyerId: newId(),
      sellerId: newId(),
      totalCents,
      feeCents,
      currency: 'kwd',
      expiresAt: new Date(),
      ...paidBy,
    },
    new Date(),
  ),
  version: 1,
})

// Guarantee: the ledger sums to zero because nothing else can be written.
test('an entry that does not sum to zero cannot be made', () => {
  const account = fc.constantFrom<Account>('stripe', 'platform:promotions', 'seller:a', 'seller:b')
  const lines = fc.array(fc.record({ account, amount: fc.integer() }), { maxLength: 6 })
  fc.assert(
    fc.property(lines, (drafted) => {
      const draft = {
        id: 'x',
        what: 'captured',
        paymentId: 'p',
        orderId: 'o',
        currency: 'eur',
        lines: drafted,
      } as const
      if (sum(drafted) === 0) expect(entry(draft).lines).toEqual(drafted)
      else expect(() => entry(draft)).toThrow('sum to zero')
    }),
  )
})

test('fractions of a minor unit are refused', () => {
  const lines: Line[] = [
    { account: 'stripe', amount: 0.1 },
    { account: 'seller:a', amount: -0.1 },
  ]
  expect(() => entry({ id: 'x', what: 'captured', paymentId: 'p', orderId: 'o', currency: 'eur', lines })).toThrow()
})

const amount = fc.integer({ min: 0, max: 99_999_999 })
const share = fc.integer({ min: 0, max: 10_000 })

test('a refund takes back exactly what the capture gave', () => {
  const paidBy = fc.constantFrom({ paymentMethod: 'pm_card_visa' }, { couponId: newId() })
  fc.assert(
    fc.property(amount, paidBy, share, (totalCents, how, basisPoints) => {
      const payment = paymentOf(totalCents, how, feeOf(totalCents, basisPoints, 'kwd'))
      const all = [...capturedEntries(payment), refundedEntry(payment)].flatMap(({ lines }) => lines)
      for (const { account } of all) expect(sum(all.filter((line) => line.account === account))).toBe(0)
    }),
  )
})

test('the platform pays the seller for a coupon', () => {
  const payment = paymentOf(900, { couponId: newId() })
  expect(capturedEntries(payment).map(({ lines }) => lines)).toEqual([
    [
      { account: 'platform:promotions', amount: 900 },
      { account: `seller:${payment.sellerId}`, amount: -900 },
    ],
  ])
})

test('the platform keeps its share of what the seller is owed', () => {
  const payment = paymentOf(1_000, { paymentMethod: 'pm_card_visa' }, 30)
  expect(capturedEntries(payment).map(({ what, lines }) => [what, lines])).toEqual([
    [
      'captured',
      [
        { account: 'stripe', amount: 1_000 },
        { account: `seller:${payment.sellerId}`, amount: -1_000 },
      ],
    ],
    [
      'fee',
      [
        { account: `seller:${payment.sellerId}`, amount: 30 },
        { account: 'platform:fees', amount: -30 },
      ],
    ],
  ])
})

// Guarantee: whatever way a payment goes, nothing stays held, and only a completed one leaves anything in the books.
test('every way through a payment leaves the books as they should be', () => {
  const ways: [Status[], boolean][] = [
    [['authorised', 'settled', 'captured', 'completed'], true],
    [['authorised', 'settled', 'captured', 'refunding', 'refunded'], false],
    [['authorised', 'settled', 'captured', 'completed', 'refunding', 'refunded'], false],
    [['authorised', 'settled', 'failing', 'failed'], false],
    [['authorised', 'settled', 'failing', 'refunding', 'refunded'], false],
    [['authorised', 'cancelling', 'cancelled'], false],
    [['authorised', 'cancelling', 'refunding', 'refunded'], false],
    [['failing', 'failed', 'refunding', 'refunded'], false],
    [['cancelling', 'cancelled', 'refunding', 'refunded'], false],
  ]
  for (const [way, isKept] of ways) {
    let payment = paymentOf(5_000, { paymentMethod: 'pm_card_visa' }, 125)
    const balances = new Map<string, number>()
    for (const to of way) {
      const after = move(payment, to, new Date())
      for (const { account, amount } of entriesOf(payment, after).flatMap(({ lines }) => lines))
        balances.set(account, (balances.get(account) ?? 0) + amount)
      payment = after
    }
    const left = Object.fromEntries([...balances].filter(([, balance]) => balance !== 0))
    const kept = { stripe: 5_000, 'platform:fees': -125, [`seller:${payment.sellerId}`]: -4_875 }
    expect(left).toEqual(isKept ? kept : {})
  }
})
