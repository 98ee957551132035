import { inTransaction, type Order, readPage, readWithinMs } from '@fairpass/sdk/mongo'
import type { AnyBulkWriteOperation, ClientSession, Db, Filter } from 'mongodb'
import type { Entry, Line } from '../domain/ledger.ts'

/**
 * `closed` is absent until the balances include the entry, so an entry is found whatever wrote it and whatever time it has.
 */
export type ClosableEntry = Omit<Entry, 'id'> & { _id: string; at: Date; closed?: true }

/** What all closed entries add to an account in a currency, and what those of each kind do. */
type Balance = {
  /** account and currency, in the order of their names */
  _id: string
  account: Line['account']
  currency: string
  balance: number
  byWhat: Record<string, number>
}
type Sum = { _id: string; sum: number }
type Movement = Pick<Balance, 'account' | 'currency' | 'balance' | 'byWhat'>

/** How many entries one transaction closes. */
const batch = 1_000
/** How many transactions one round closes with, so that a round ends. */
const maxBatches = 1_000

const byName = { direction: 1, fields: { _id: 'string' } } as const satisfies Order
const nameOf = (account: string, currency: string) => `${account} ${currency}`
const open: Filter<ClosableEntry> = { closed: { $exists: false } }

/** Replaces missing or invalid fields of entries that were written past the ledger. */
const kindOf = ({ what }: { what?: string }) => (what ?? 'unknown').replace(/[.$]/g, '_')

/** What entries add to each account. */
const movementsOf = (entries: readonly ClosableEntry[]): Map<string, Movement> => {
  const movements = new Map<string, Movement>()
  for (const entry of entries)
    for (const { account, amount } of entry.lines) {
      const [{ currency }, what] = [entry, kindOf(entry)]
      const name = nameOf(account, currency)
      const movement = movements.get(name) ?? { account, currency, balance: 0, byWhat: {} }
      movement.balance += amount
      movement.byWhat[what] = (movement.byWhat[what] ?? 0) + amount
      movements.set(name, movement)
    }
  return movements
}

export const sumOf = ({ lines }: Pick<ClosableEntry, 'lines'>) => lines.reduce((total, { amount }) => total + amount, 0)

export const addTo = (sums: Record<string, number>, currency: string, amount: number): void => {
  sums[currency] = (sums[currency] ?? 0) + amount
}

const openCollections = (db: Db) => ({
  entries: db.collection<ClosableEntry>('ledger'),
  balances: db.collection<Balance>('ledgerBalances'),
  sums: db.collection<Sum>('ledgerSums'),
})

type Collections = ReturnType<typeof openCollections>

/** Adds open entries to the balances of their accounts. @returns those entries */
const closeBatch = async (
  { entries, balances, sums }: Collections,
  session: ClientSession,
): Promise<ClosableEntry[]> => {
  const found = (await entries.find(open, { session }).limit(batch).toArray()) as ClosableEntry[]
  if (found.length === 0) return found
  await entries.updateMany({ _id: { $in: found.map(({ _id }) => _id) } }, { $set: { closed: true } }, { session })
  const additions = [...movementsOf(found)].map(
    ([_id, { account, currency, balance, byWhat }]): AnyBulkWriteOperation<Balance> => {
      const kinds = Object.entries(byWhat).map(([what, amount]) => [`byWhat.${what}`, amount])
      const $inc = { balance, ...Object.fromEntries(kinds) }
      return { updateOne: { filter: { _id }, update: { $setOnInsert: { account, currency }, $inc }, upsert: true } }
    },
  )
  if (additions.length > 0) await balances.bulkWrite(additions, { session, ordered: false })
  const added: Record<string, number> = {}
  for (const entry of found) addTo(added, entry.currency, sumOf(entry))
  for (const [_id, sum] of Object.entries(added))
    await sums.updateOne({ _id }, { $inc: { sum } }, { session, upsert: true })
  return found
}

/** The closed balances of an account, and the entries that are not in them, of one moment. */
const movementsOfAccount = async ({ entries, balances }: Collections, account: string, session: ClientSession) => {
  const bound = { session, maxTimeMS: readWithinMs }
  const closed = await balances.find({ _id: { $gte: `${account} `, $lt: `${account}!` } }, bound).toArray()
  const left = await entries.find({ ...open, 'lines.account': account }, bound).toArray()
  const own = [...movementsOf(left as ClosableEntry[]).values()].filter((movement) => movement.account === account)
  return [...closed, ...own]
}

const closedSums = async ({ sums }: Collections): Promise<Record<string, number>> => {
  const found = await sums.find({}, { maxTimeMS: readWithinMs }).toArray()
  return Object.fromEntries(found.map(({ _id, sum }) => [_id, sum]))
}

/** What movements add to each currency: all of them, or those of some kinds. */
const totalOf = (movements: readonly Movement[], whats?: Entry['what'][]): Record<string, number> => {
  const total: Record<string, number> = {}
  for (const { currency, balance, byWhat } of movements) {
    const kinds = whats?.filter((what) => what in byWhat)
    if (kinds?.length === 0) continue
    addTo(total, currency, kinds ? kinds.reduce((sum, what) => sum + (byWhat[what] ?? 0), 0) : balance)
  }
  return total
}

/**
 * Closes the books as they grow: each entry is added once to the balances of its accounts, in one transaction with the mark
 * that says so. A balance is read from what is closed and the few entries that are not.
 */
export const openClosing = (db: Db) => {
  const collections = openCollections(db)
  const { entries, balances } = collections

  /**
   * Closes what is open, a thousand entries at a time.
   * @returns the ids of entries that do not sum to zero, which nobody can have written through the ledger
   */
  const close = async (): Promise<string[]> => {
    const unbalanced: string[] = []
    for (let closed = 0; closed < maxBatches; closed++) {
      const found = await inTransaction(db, (session) => closeBatch(collections, session))
      unbalanced.push(...found.filter((entry) => sumOf(entry) !== 0).map(({ _id }) => String(_id)))
      if (found.length < batch) break
    }
    return unbalanced
  }

  return {
    ensureClosingIndexes: () => entries.createIndex({ closed: 1, 'lines.account': 1 }, { name: 'open' }),
    close,
    closedSums: () => closedSums(collections),

    /** What each currency sums to: nothing but zeros, always. */
    sums: async (): Promise<Record<string, number>> => {
      await close()
      return closedSums(collections)
    },

    /** The balance of an account in each currency it was used with, or what entries of some kinds add to it. */
    balances: async (
      account: Line['account'],
      whats?: Entry['what'][],
      session?: ClientSession,
    ): Promise<Record<string, number>> => {
      const read = (within: ClientSession) => movementsOfAccount(collections, account, within)
      return totalOf(session ? await read(session) : await inTransaction(db, read), whats)
    },

    /** A page of all balances, in the order of their names, up to date with what was written when it is asked for. */
    allBalances: async (limit: number, cursor?: string) => {
      await close()
      return readPage(balances, { filter: {}, order: byName, limit, cursor })
    },
  }
}

export type Closing = ReturnType<typeof openClosing>
