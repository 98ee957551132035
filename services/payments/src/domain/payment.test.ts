import { expect, test } from 'bun:test'
import { takenLease } from '@fairpass/sdk/lease'
import { newId } from '@fairpass/sdk/mongo'
import fc from 'fast-check'
import {
  errorOf,
  isUnfinished,
  move,
  moves,
  openPayment,
  openStatuses,
  type Payment,
  paymentBackoff,
  type Status,
} from './payment.ts'

const statuses = Object.keys(moves) as Status[]
const start = new Date('2030-01-01T00:00:00Z')

const aPayment = (status: Status): Payment => ({
  ...openPayment(
    {
      id: newId(),
      orderId: newId(),
      attempt: 1,
      buyerId: newId(),
      sellerId: newId(),
      totalCents: 4_200,
      currency: 'eur',
      expiresAt: new Date('2030-01-01T00:15:00Z'),
      paymentMethod: 'pm_card_visa',
    },
    start,
  ),
  version: 1,
  status,
})

test('a payment moves along its table and no other way', () => {
  for (const from of statuses) {
    for (const to of statuses) {
      const isAllowed = (moves[from] as readonly Status[]).includes(to)
      if (isAllowed) expect(move(aPayment(from), to, start).status).toBe(to)
      else expect(() => move(aPayment(from), to, start)).toThrow(`from ${from} to ${to}`)
    }
  }
})

const journey = (from: Status, choices: number[]): Status[] => {
  const path = [from]
  for (const choice of choices) {
    const next: readonly Status[] = moves[path.at(-1) ?? from]
    if (next.length === 0) break
    path.push(next[choice % next.length] ?? from)
  }
  return path
}
const choices = fc.array(fc.nat(10), { maxLength: 20 })

// Guarantee: what was given up never takes money, and money that came nevertheless is given back.
test('no way leads from a payment that was given up to money that stays', () => {
  const givenUp = fc.constantFrom<Status>('failing', 'failed', 'cancelling', 'cancelled', 'refunding', 'refunded')
  fc.assert(
    fc.property(givenUp, choices, (from, chosen) => {
      const path = journey(from, chosen)
      expect(path).not.toContain('captured')
      expect(path).not.toContain('completed')
    }),
  )
})

test('what is captured ends completed or refunded', () => {
  fc.assert(
    fc.property(choices, (chosen) => {
      const path = journey('captured', [...chosen, ...Array(20).fill(0)])
      expect(['completed', 'refunded']).toContain(path.at(-1) ?? '')
    }),
  )
})

test('every way out of an unfinished payment leads to an end', () => {
  fc.assert(
    fc.property(fc.constantFrom(...statuses), choices, (from, chosen) => {
      const end = journey(from, [...chosen, ...Array(20).fill(0)]).at(-1) ?? from
      expect(isUnfinished(aPayment(end))).toBe(false)
    }),
  )
})

test('whatever may still end in money keeps another payment of the order out', () => {
  const leadsToMoney = (from: Status): boolean =>
    from === 'captured' || (moves[from] as readonly Status[]).some((next) => leadsToMoney(next))
  for (const status of statuses) {
    if (leadsToMoney(status) && status !== 'awaiting_method') expect(openStatuses as Status[]).toContain(status)
  }
})

test('a coupon costs the buyer nothing, and the seller is still owed everything', () => {
  const { paymentMethod: _method, ...opening } = aPayment('started')
  const payment = openPayment({ ...opening, couponId: newId() }, start)
  expect(payment).toMatchObject({ kind: 'coupon', status: 'authorised', amountCents: 0, totalCents: 4_200 })
})

test('the reconciler looks again after pauses that grow up to half a minute', () => {
  let { lease } = aPayment('settled')
  const pausesMs: number[] = []
  for (let look = 0; look < 5; look++) {
    lease = takenLease(lease, paymentBackoff, start)
    pausesMs.push(lease.nextAttemptAt.getTime() - start.getTime())
  }
  expect(pausesMs).toEqual([5_000, 10_000, 20_000, 30_000, 30_000])
})

test('each end tells the buyer what happened', () => {
  expect(errorOf(aPayment('completed'))).toBeUndefined()
  const declined = { ...aPayment('failed'), failure: { code: 'insufficient_funds', message: 'Too little money' } }
  expect(errorOf(declined)).toMatchObject({ code: 'card_declined', status: 402, message: 'Too little money' })
  expect(errorOf(aPayment('cancelled'))).toMatchObject({ code: 'order_not_payable', status: 409 })
  expect(errorOf(aPayment('settled'))).toMatchObject({ code: 'service_unavailable', retryAfterSeconds: 5 })
  expect(errorOf(aPayment('refunded'))?.message).toContain('the money was given back')
  // A coupon charged nothing, so nothing comes back.
  expect(errorOf({ ...aPayment('refunded'), kind: 'coupon' })?.message).toBe('This order had ended')
})
