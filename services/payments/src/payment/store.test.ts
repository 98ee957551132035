import { beforeAll, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { createLog } from '@fairpass/sdk/telemetry'
import { testDatabase } from '@fairpass/servers/testing'
import type { Db } from 'mongodb'
import { openCoupons } from '../coupon/store.ts'
import { createCodeVault } from '../coupon/vault.ts'
import { openPayment } from '../domain/payment.ts'
import { checkLedger } from '../ledger/check.ts'
import { type Ledger, openLedger } from '../ledger/store.ts'
import { openPayouts } from '../payout/store.ts'
import { openPayments } from './store.ts'

let db: Db
let ledger: Ledger
beforeAll(async () => {
  db = await testDatabase()
  ledger = openLedger(db)
})

class Interruption extends Error {}

const paymentsWith = (books: Ledger) =>
  openPayments(db, {
    publishAll: async () => new Map(),
    ledger: books,
    coupons: openCoupons(db, createCodeVault('a secret of the tests')),
    payouts: openPayouts(db, { publishAll: async () => new Map(), ledger: books, delaySeconds: 0 }),
  })

const opening = () => ({
  id: newId(),
  orderId: newId(),
  attempt: 1,
  buyerId: newId(),
  sellerId: newId(),
  totalCents: 4_200,
  currency: 'eur',
  expiresAt: new Date(Date.now() + 60_000),
  paymentMethod: 'pm_card_visa',
})

// Guarantee: no money moves without its entry, and no entry is written of money that did not move, wherever it breaks off.
test('a payment moves together with its entry, or neither does', async () => {
  const interrupted = paymentsWith({
    ...ledger,
    write: async (entry, session) => {
      await ledger.write(entry, session)
      throw new Interruption()
    },
  })
  const draft = openPayment(opening(), new Date())
  const started = await interrupted.open(() => draft)
  const authorised = await paymentsWith(ledger).moveTo(started, 'authorised')
  const settled = await interrupted.moveTo(authorised, 'settled')
  await expect(interrupted.moveTo(settled, 'captured')).rejects.toBeInstanceOf(Interruption)
  expect(await interrupted.find(draft.id)).toEqual(settled)
  expect((await ledger.ofPayment(draft.id)).map(({ what }) => what)).toEqual(['authorised'])

  await paymentsWith(ledger).moveTo(settled, 'captured')
  expect((await interrupted.find(draft.id))?.status).toBe('captured')
  expect((await ledger.ofPayment(draft.id)).map(({ what }) => what)).toEqual(['authorised', 'released', 'captured'])
})

/** Payments of orders of their own, whose cards hold the amount. */
const settledPayments = (count: number) =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const payments = paymentsWith(ledger)
      const draft = openPayment(opening(), new Date())
      return payments.moveThrough(await payments.open(() => draft), ['authorised', 'settled'])
    }),
  )

const entriesOf = async (id: string) => (await ledger.ofPayment(id)).map(({ what }) => what)

// Guarantee: payments that are captured together are captured as each would be alone; one that somebody else moved, or whose
// entries cannot be written, keeps none of the others.
test('of payments that are captured together, each moves with its entries, or neither does', async () => {
  const settled = await settledPayments(6)
  const [moved, broken, ...others] = settled.map(({ id }) => id)
  const groups: number[] = []
  const payments = paymentsWith({
    ...ledger,
    write: async (entries, session) => {
      groups.push(new Set(entries.map(({ paymentId }) => paymentId)).size)
      await ledger.write(entries, session)
      if (entries.some(({ paymentId }) => paymentId === broken)) throw new Interruption()
    },
  })
  const stale = settled.map((payment) => (payment.id === moved ? { ...payment, version: 1 } : payment))
  const ends = await Promise.allSettled(stale.map((payment) => payments.moveTo(payment, 'captured')))
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', ...Array(4).fill('fulfilled')])
  for (const id of [moved, broken]) {
    expect((await payments.find(id ?? ''))?.status).toBe('settled')
    expect(await entriesOf(id ?? '')).toEqual(['authorised'])
  }
  for (const id of others) {
    expect((await payments.find(id))?.status).toBe('captured')
    expect(await entriesOf(id)).toEqual(['authorised', 'released', 'captured'])
    expect(await db.collection<{ _id: string }>('payouts').countDocuments({ _id: id })).toBe(1)
  }

  groups.length = 0
  const completed = await Promise.all(
    (await settledPayments(5)).map(async (payment) =>
      payments.moveTo(await payments.moveTo(payment, 'captured'), 'completed'),
    ),
  )
  expect(groups).toEqual([5])
  expect(completed.map(({ status }) => status)).toEqual(Array(5).fill('completed'))
  expect(await checkLedger(ledger, createLog('payments', 'silent'))).toBe(true)
})

test('the check finds what was written past the ledger', async () => {
  const log = createLog('payments', 'silent')
  expect(await checkLedger(ledger, log)).toBe(true)
  const lines = [{ account: 'stripe', amount: 1 }]
  await db.collection('ledger').insertOne({ currency: 'usd', lines })
  expect(await checkLedger(ledger, log)).toBe(false)
})
