import { beforeAll, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { testDatabase } from '@fairpass/servers/testing'
import type { Db } from 'mongodb'
import { openCoupons } from '../coupon/store.ts'
import { createCodeVault } from '../coupon/vault.ts'
import { openLedger } from '../ledger/store.ts'
import { openPayouts, type Payouts } from '../payout/store.ts'
import { openPayments, type Payments } from './store.ts'

// Guarantee: what a list reads is bounded by its page, and what can be paid out by what is due, not by all that was ever sold.

let db: Db
let payments: Payments
let payouts: Payouts
const now = new Date('2027-01-01T00:00:00Z')
const sellerId = newId()
const count = 3_000
const limit = 20

beforeAll(async () => {
  db = await testDatabase()
  const [ledger, publishAll] = [openLedger(db), async () => new Map()]
  payouts = openPayouts(db, { publishAll, ledger, delaySeconds: 0 })
  const coupons = openCoupons(db, createCodeVault('a secret of the tests'))
  payments = openPayments(db, { publishAll, ledger, coupons, payouts })
  await Promise.all([payments.ensureIndexes(), payouts.ensureIndexes()])
  const all = Array.from({ length: count }, (_, nth) => ({ _id: newId(), nth }))
  const common = { version: 1, sellerId, currency: 'eur', amountCents: 100, createdAt: now }
  await db.collection<{ _id: string }>('payments').insertMany(
    all.map(({ _id, nth }) => ({
      ...{ _id, ...common, orderId: _id, attempt: 1, kind: 'card', status: nth < 3 ? 'refunding' : 'completed' },
    })),
  )
  await db.collection<{ _id: string }>('payouts').insertMany(
    all.map(({ _id, nth }) => ({
      ...{ _id, ...common, disputes: [], status: nth % 2 === 0 ? 'paid' : 'waiting' },
      payableAt: new Date(now.getTime() + 1_000 * (nth < 10 ? -1 : nth)),
    })),
  )
})

/** How many keys and documents all reads of a look examined together. */
const examinedBy = async (name: string, look: () => Promise<unknown>): Promise<number> => {
  await db.command({ profile: 2, slowms: 0 })
  await look()
  await db.command({ profile: 0 })
  const profile = db.collection('system.profile')
  const seen = await profile.find({ ns: `${db.databaseName}.${name}` }).toArray()
  await profile.drop()
  expect(seen).not.toBeEmpty()
  return seen.reduce((total, { keysExamined = 0, docsExamined = 0 }) => total + keysExamined + docsExamined, 0)
}

test('payments of a status that few have, and of one that most have', async () => {
  const few = await payments.page({ status: 'refunding' }, limit)
  expect(few.payments).toHaveLength(3)
  expect(await examinedBy('payments', () => payments.page({ status: 'refunding' }, limit))).toBeLessThan(10)
  expect(await examinedBy('payments', () => payments.page({ status: 'completed' }, limit))).toBeLessThan(50)
})

test('what a seller can be paid now, of very much that waits for shows to come', async () => {
  expect(await payouts.availableOf(sellerId, now)).toEqual({ eur: 500 })
  expect(await examinedBy('payouts', () => payouts.availableOf(sellerId, now))).toBeLessThan(20)
})

test('what is due, of very much that is done', async () => {
  expect(await examinedBy('payments', () => payments.due(now, limit))).toBeLessThan(20)
  expect(await examinedBy('payouts', () => payouts.due(now, limit))).toBeLessThan(100)
})
