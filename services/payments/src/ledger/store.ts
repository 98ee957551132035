import { now as timeNow } from '@fairpass/sdk/clock'
import { inTransaction, readWithinMs } from '@fairpass/sdk/mongo'
import type { ClientSession, Db } from 'mongodb'
import type { Entry } from '../domain/ledger.ts'
import { type ClosableEntry, openClosing } from './closing.ts'
import { openRecount } from './recount.ts'

/** The books: entries are written once, and what they say is never changed. */
export const openLedger = (db: Db) => {
  const entries = db.collection<ClosableEntry>('ledger')
  const closing = openClosing(db)

  return {
    ...closing,
    recount: openRecount(db, closing),

    ensureIndexes: () =>
      Promise.all([
        entries.createIndexes([
          { key: { 'lines.account': 1, at: -1, _id: -1 }, name: 'account, newest' },
          { key: { paymentId: 1, at: -1, _id: -1 }, name: 'payment, newest' },
          { key: { at: -1, _id: -1 }, name: 'newest' },
        ]),
        closing.ensureClosingIndexes(),
      ]),

    write: async (written: readonly Entry[], session: ClientSession): Promise<void> => {
      if (written.length === 0) return
      const now = timeNow().getTime()
      const counts = new Map<string, number>()
      const stored = written.map(({ id, ...entry }) => {
        const nth = counts.get(entry.paymentId) ?? 0
        counts.set(entry.paymentId, nth + 1)
        // Those of a payment a millisecond apart, so that whoever sorts by time reads them in this order.
        return { _id: id, ...entry, at: new Date(now + nth) }
      })
      await entries.insertMany(stored, { session })
    },

    /** Reads that see the same moment. */
    atOnce: <T>(read: (session: ClientSession) => Promise<T>) => inTransaction(db, read),

    /** Entries of one payment, oldest first. */
    ofPayment: (paymentId: string) =>
      entries.find({ paymentId }, { maxTimeMS: readWithinMs }).sort({ at: 1, _id: 1 }).toArray(),
  }
}

export type Ledger = ReturnType<typeof openLedger>
