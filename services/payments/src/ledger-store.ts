import type { ClientSession, Db } from 'mongodb'
import type { Entry, Line } from './ledger.ts'

/** `nth`: entries of one write share its moment, and stand in this order. */
type Stored = Omit<Entry, 'id'> & { _id: string; at: Date; nth: number }
type Earnings = Record<string, { pendingCents: number; availableCents: number; paidOutCents: number }>

/** The books: entries are written once and never changed. */
export const openLedger = (db: Db) => {
  const entries = db.collection<Stored>('ledger')

  return {
    ensureIndexes: () =>
      entries.createIndexes([
        { key: { 'lines.account': 1, _id: 1 }, name: 'account' },
        { key: { paymentId: 1 }, name: 'payment' },
      ]),

    write: async (written: Entry[], session: ClientSession): Promise<void> => {
      const at = new Date()
      for (const [nth, { id, ...entry }] of written.entries())
        await entries.insertOne({ _id: id, ...entry, at, nth }, { session })
    },

    /** What each currency sums to: nothing but zeros, always. */
    sums: async (): Promise<Record<string, number>> => {
      const found = await entries
        .aggregate<{ _id: string; sum: number }>([
          { $unwind: '$lines' },
          { $group: { _id: '$currency', sum: { $sum: '$lines.amount' } } },
        ])
        .toArray()
      return Object.fromEntries(found.map(({ _id, sum }) => [_id, sum]))
    },

    /** The balance of an account in each currency it was used with. */
    balances: async (account: Line['account']): Promise<Record<string, number>> => {
      const found = await entries
        .aggregate<{ _id: string; sum: number }>([
          { $match: { 'lines.account': account } },
          { $unwind: '$lines' },
          { $match: { 'lines.account': account } },
          { $group: { _id: '$currency', sum: { $sum: '$lines.amount' } } },
        ])
        .toArray()
      return Object.fromEntries(found.map(({ _id, sum }) => [_id, sum]))
    },

    /** Entries of one payment, oldest first. */
    ofPayment: (paymentId: string) => entries.find({ paymentId }).sort({ at: 1, nth: 1 }).toArray(),
  }
}

export type Ledger = ReturnType<typeof openLedger>

/** What a seller is owed. Nothing is paid out yet, so everything is pending. */
export const earningsOf = async (ledger: Ledger, sellerId: string): Promise<Earnings> => {
  const owed = await ledger.balances(`seller:${sellerId}`)
  return Object.fromEntries(
    Object.entries(owed).map(([currency, balance]) => [
      currency,
      { pendingCents: balance === 0 ? 0 : -balance, availableCents: 0, paidOutCents: 0 },
    ]),
  )
}
