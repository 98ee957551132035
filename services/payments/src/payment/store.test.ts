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

test('the check finds what was written past the ledger', async () => {
  const log = createLog('payments', 'silent')
  expect(await checkLedger(ledger, log)).toBe(true)
  const lines = [{ account: 'stripe', amount: 1 }]
  await db.collection('ledger').insertOne({ currency: 'usd', lines })
  expect(await checkLedger(ledger, log)).toBe(false)
})
