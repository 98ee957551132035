import { inTransaction, readWithinMs } from '@fairpass/sdk/mongo'
import type { ClientSession, Db } from 'mongodb'
import type { Entry } from '../domain/ledger.ts'
import type { Payouts } from '../payout/store.ts'
import { type ClosableEntry, openClosing } from './closing.ts'
import { openRecount } from './recount.ts'

type Earnings = Record<string, { pendingCents: number; availableCents: number; paidOutCents: number }>

/** The books: entries are written once, and what they say is never changed. */
export const openLedger = (db: Db) => {
  const entries = db.collection<ClosableEntry>('ledger')
  const closing = openClosing(db)

  return {
    ...closing,
    recount: openRecount(db, closing),

    ensureIndexes: async () => {
      await Promise.all([
        entries.createIndexes([
          { key: { 'lines.account': 1, at: -1, _id: -1 }, name: 'account, newest' },
          { key: { paymentId: 1, at: -1, _id: -1 }, name: 'payment, newest' },
          { key: { at: -1, _id: -1 }, name: 'newest' },
        ]),
        closing.ensureClosingIndexes(),
      ])
      for (const { name } of await entries.indexes())
        if (name === 'account' || name === 'payment') await entries.dropIndex(name)
    },

    write: async (written: Entry[], session: ClientSession): Promise<void> => {
      if (written.length === 0) return
      const now = Date.now()
      // A millisecond apart, so that whoever sorts by time reads them in this order.
      const stored = written.map(({ id, ...entry }, nth) => ({ _id: id, ...entry, at: new Date(now + nth) }))
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

/**
 * What a seller has earned: what they were sent, what could be sent now, and what has to wait. The three add up to the
 * sales that were not given back; somebody who was sent more than that owes it, and has so much less pending.
 */
export const earningsOf = async (ledger: Ledger, payouts: Pick<Payouts, 'availableOf'>, sellerId: string) => {
  const account = `seller:${sellerId}` as const
  // Read at one moment: what is being sent right now is counted once.
  const [owed, paidOut, available] = await ledger.atOnce(async (session) => [
    await ledger.balances(account, undefined, session),
    await ledger.balances(account, ['payout', 'payout_reversed'], session),
    await payouts.availableOf(sellerId, new Date(), session),
  ])
  const earnings: Earnings = {}
  for (const [currency, balance] of Object.entries(owed)) {
    const availableCents = available[currency] ?? 0
    const pendingCents = 0 - balance - availableCents
    earnings[currency] = { pendingCents, availableCents, paidOutCents: paidOut[currency] ?? 0 }
  }
  return earnings
}
