import { beforeEach, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { createLog } from '@fairpass/sdk/telemetry'
import { testDatabase } from '@fairpass/servers/testing'
import { type Db, ObjectId } from 'mongodb'
import { earningsOf } from '../payout/earnings.ts'
import { openAccounts } from './accounts.ts'
import { checkLedger } from './check.ts'
import { openClosing } from './closing.ts'
import { openRecount } from './recount.ts'
import { type Ledger, openLedger } from './store.ts'

// Promise 5: the ledger sums to zero in each currency, always; and whoever asks for it reads what is new, not all there was.

const log = createLog('payments', 'silent')
let db: Db
let ledger: Ledger

beforeEach(async () => {
  db = await testDatabase()
  ledger = openLedger(db)
  await ledger.ensureIndexes()
})

const sale = (sellerId: string, amount = 100, what = 'captured', currency = 'eur') => ({
  _id: newId(),
  what,
  paymentId: newId(),
  orderId: newId(),
  currency,
  lines: [
    { account: 'stripe', amount },
    { account: `seller:${sellerId}`, amount: 0 - amount },
  ],
  at: new Date(),
})
type Sale = ReturnType<typeof sale>
const write = (sales: Sale[]) => db.collection<Sale>('ledger').insertMany(sales)
const balanceOf = async (account: 'stripe' | `seller:${string}`) => (await ledger.balances(account)).eur ?? 0

test('a balance is the same before it is closed, half closed, and closed', async () => {
  await write([sale('a', 100), sale('b', 30), sale('a', 5, 'payout')])
  expect([await balanceOf('stripe'), await balanceOf('seller:a')]).toEqual([135, -105])
  await ledger.close()
  await write([sale('a', 7)])
  expect([await balanceOf('stripe'), await balanceOf('seller:a')]).toEqual([142, -112])
  await ledger.close()
  expect([await balanceOf('stripe'), await balanceOf('seller:a')]).toEqual([142, -112])
  expect(await ledger.balances('seller:a', ['payout'])).toEqual({ eur: -5 })
  expect(await earningsOf(ledger, { availableOf: async () => ({}) }, 'a')).toMatchObject({ eur: { paidOutCents: -5 } })
})

test('replicas that close at once, and readers meanwhile, count each entry once', async () => {
  await write(Array.from({ length: 3_000 }, (_, nth) => sale(`${nth % 7}`, 1)))
  const replicas = Array.from({ length: 3 }, () => openClosing(db))
  let isClosing = true
  const seen = new Set<number>()
  const reader = (async () => {
    while (isClosing) seen.add(await balanceOf('stripe'))
  })()
  await Promise.all(replicas.map((replica) => replica.close()))
  isClosing = false
  await reader
  expect([...seen, await balanceOf('stripe')].every((balance) => balance === 3_000)).toBe(true)
  expect(await ledger.sums()).toEqual({ eur: 0 })
})

test('a close that breaks off leaves everything open', async () => {
  await write([sale('a', 100)])
  // The second of its writes is refused.
  await db.createCollection('ledgerBalances', { validator: { balance: { $exists: false } } })
  await expect(ledger.close()).rejects.toThrow()
  expect(await db.collection('ledger').countDocuments({ closed: { $exists: true } })).toBe(0)
  await db.command({ collMod: 'ledgerBalances', validator: {} })
  await ledger.close()
  expect(await balanceOf('stripe')).toBe(100)
})

const bad = { currency: 'eur', lines: [{ account: 'stripe', amount: 1 }] }
test.each<[string, () => Promise<unknown>]>([
  ['at the end', () => db.collection('ledger').insertOne({ ...bad, at: new Date() })],
  ['dated back by years', () => db.collection('ledger').insertOne({ ...bad, at: new Date('2020-01-01') })],
  ['without a time', () => db.collection('ledger').insertOne({ ...bad })],
  ['with an id that comes first', () => db.collection<{ _id: number }>('ledger').insertOne({ ...bad, _id: 0 })],
  ['in another currency', () => db.collection('ledger').insertOne({ ...bad, currency: 'usd' })],
])('an entry that does not sum to zero is found: %s', async (_, writePast) => {
  await write([sale('a'), sale('b')])
  expect(await checkLedger(ledger, log)).toBe(true)
  await writePast()
  expect(await checkLedger(ledger, log)).toBe(false)
  expect(await checkLedger(ledger, log)).toBe(false)
})

test('what was changed or taken away after it was closed is found by the next count of all', async () => {
  const sales = Array.from({ length: 25 }, () => sale('a'))
  await write(sales)
  await db.collection('ledger').insertOne({ ...bad, _id: new ObjectId(), lines: [] })
  const recount = openRecount(db, ledger, 10)
  const small: Ledger = { ...ledger, recount }
  for (let round = 0; round < 4; round++) expect(await checkLedger(small, log)).toBe(true)
  await db.collection<Sale>('ledger').updateOne({ _id: sales[20]?._id ?? '' }, { $set: { 'lines.0.amount': 101 } })
  const verdicts: boolean[] = []
  for (let round = 0; round < 7; round++) verdicts.push(await checkLedger(small, log))
  expect(verdicts).toContain(false)
  await db.collection<Sale>('ledger').updateOne({ _id: sales[20]?._id ?? '' }, { $set: { 'lines.0.amount': 100 } })
  for (let round = 0; round < 7; round++) await checkLedger(small, log)
  expect(await checkLedger(small, log)).toBe(true)
})

test('accounts page by page, with what was written a moment ago', async () => {
  await write(['a', 'b', 'c'].map((seller) => sale(seller)))
  await ledger.close()
  await write([sale('b', 5), sale('d', 1, 'captured', 'usd')])
  const accounts = openAccounts(db, ledger)
  const first = await accounts.accounts(3)
  const second = await accounts.accounts(3, first.nextCursor ?? '')
  expect([...first.accounts, ...second.accounts].map((one) => [one.account, one.currency, one.balanceCents])).toEqual([
    ['seller:a', 'eur', -100],
    ['seller:b', 'eur', -105],
    ['seller:c', 'eur', -100],
    ['seller:d', 'usd', -1],
    ['stripe', 'eur', 305],
    ['stripe', 'usd', 1],
  ])
  expect(second.nextCursor).toBeNull()
})

test('what a reader reads does not grow with what is closed', async () => {
  await write(Array.from({ length: 3_000 }, (_, nth) => sale(nth % 2 === 0 ? 'a' : `${nth}`, 1)))
  await checkLedger(ledger, log)
  await write([sale('a', 1)])
  await db.command({ profile: 2, slowms: 0 })
  await earningsOf(ledger, { availableOf: async () => ({}) }, 'a')
  await ledger.close()
  await db.command({ profile: 0 })
  const seen = await db
    .collection('system.profile')
    .find({ ns: /\.ledger/ })
    .toArray()
  expect(seen.reduce((total, one) => total + (one.docsExamined ?? 0), 0)).toBeLessThan(20)
})
