import { type Order, readPage } from '@fairpass/sdk/mongo'
import type { Db, Filter, WithId } from 'mongodb'
import type { Entry } from '../domain/ledger.ts'
import type { Ledger } from './store.ts'

type StoredEntry = Omit<Entry, 'id'> & { _id: string; at: Date }
type EntryFilter = { account?: string; paymentId?: string; from?: Date; to?: Date }

const latestFirst = { direction: -1, fields: { at: 'date', _id: 'string' } } as const satisfies Order

/** What an admin reads of the books. */
export const openAccounts = (db: Db, ledger: Pick<Ledger, 'allBalances'>) => {
  const entries = db.collection<StoredEntry>('ledger')

  const filterOf = ({ account, paymentId, from, to }: EntryFilter): Filter<StoredEntry> => ({
    ...(account === undefined ? {} : { 'lines.account': account }),
    ...(paymentId === undefined ? {} : { paymentId }),
    ...(from || to ? { at: { ...(from ? { $gte: from } : {}), ...(to ? { $lt: to } : {}) } } : {}),
  })

  return {
    /** Balances by account and currency, in the order of their names. */
    accounts: async (limit: number, cursor?: string) => {
      const { rows, nextCursor } = await ledger.allBalances(limit, cursor)
      const accounts = rows.map(({ account, currency, balance }) => ({ account, currency, balanceCents: balance }))
      return { accounts, nextCursor }
    },

    /** Entries, newest first. */
    entries: async (asked: EntryFilter, limit: number, cursor?: string) => {
      const { rows, nextCursor } = await readPage(entries, {
        filter: filterOf(asked),
        order: latestFirst,
        limit,
        cursor,
      })
      return { entries: rows.map(toPublic), nextCursor }
    },

    /** Every line of every entry as CSV (RFC 4180), oldest first; read as it is written, so that its length is no matter. */
    async *csv(asked: EntryFilter): AsyncGenerator<string> {
      yield 'at,entry,what,payment,order,account,currency,amount\r\n'
      for await (const { _id, at, what, paymentId, orderId, currency, lines } of entries
        .find(filterOf(asked))
        .sort({ at: 1, _id: 1 }))
        yield lines
          .map(({ account, amount }) =>
            [at.toISOString(), _id, what, paymentId, orderId, account, currency, amount].map(cell).join(','),
          )
          .map((line) => `${line}\r\n`)
          .join('')
    },
  }
}

const toPublic = ({ _id, at, what, paymentId, orderId, currency, lines }: WithId<StoredEntry>) => ({
  id: _id,
  at: at.toISOString(),
  what,
  paymentId,
  orderId,
  currency,
  lines,
})

/** Quoted where it must be; what a spreadsheet would take for a formula is kept from it (OWASP, CSV injection). */
const cell = (value: string | number): string => {
  if (typeof value === 'number') return String(value)
  const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}

export type Accounts = ReturnType<typeof openAccounts>
