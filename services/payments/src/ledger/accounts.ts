import { decodeCursor, encodeCursor } from '@fairpass/sdk/mongo'
import type { Db, Filter, WithId } from 'mongodb'
import type { Entry } from '../domain/ledger.ts'

type Kept = Omit<Entry, 'id'> & { _id: string; at: Date }
type Asked = { account?: string; paymentId?: string; from?: Date; to?: Date }

/** What an admin reads of the books. */
export const openAccounts = (db: Db) => {
  const entries = db.collection<Kept>('ledger')

  const filterOf = ({ account, paymentId, from, to }: Asked): Filter<Kept> => ({
    ...(account === undefined ? {} : { 'lines.account': account }),
    ...(paymentId === undefined ? {} : { paymentId }),
    ...(from || to ? { at: { ...(from ? { $gte: from } : {}), ...(to ? { $lt: to } : {}) } } : {}),
  })

  const before = (cursor: string | undefined): Filter<Kept> => {
    if (cursor === undefined) return {}
    const [moment, id] = decodeCursor(cursor)
    const at = new Date(moment)
    return { $or: [{ at: { $lt: at } }, { at, _id: { $lt: id } }] }
  }

  return {
    ensureIndexes: () => entries.createIndex({ at: -1, _id: -1 }, { name: 'newest' }),

    /** Balances by account and currency, in the order of their names. */
    accounts: async (limit: number, cursor?: string) => {
      const after = cursor === undefined ? [] : [{ $match: { _id: { $gt: nameOf(decodeCursor(cursor)) } } }]
      const found = await entries
        .aggregate<{ _id: { account: string; currency: string }; balance: number }>([
          { $unwind: '$lines' },
          {
            $group: {
              _id: { account: '$lines.account', currency: '$currency' },
              balance: { $sum: '$lines.amount' },
            },
          },
          ...after,
          { $sort: { _id: 1 } },
          { $limit: limit + 1 },
        ])
        .toArray()
      const rows = found.slice(0, limit)
      const last = rows.at(-1)?._id
      return {
        accounts: rows.map(({ _id: { account, currency }, balance }) => ({ account, currency, balanceCents: balance })),
        nextCursor: last && found.length > limit ? encodeCursor([last.account, last.currency]) : null,
      }
    },

    /** Entries, newest first. */
    entries: async (asked: Asked, limit: number, cursor?: string) => {
      const found = await entries
        .find({ $and: [filterOf(asked), before(cursor)] })
        .sort({ at: -1, _id: -1 })
        .limit(limit + 1)
        .toArray()
      const rows = found.slice(0, limit)
      const last = rows.at(-1)
      return {
        entries: rows.map(toPublic),
        nextCursor: last && found.length > limit ? encodeCursor([last.at.getTime(), last._id]) : null,
      }
    },

    /** Every line of every entry as CSV (RFC 4180), oldest first; read as it is written, so that its length is no matter. */
    async *csv(asked: Asked): AsyncGenerator<string> {
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

const nameOf = ([account, currency]: [string | number, string]) => ({ account: `${account}`, currency })

const toPublic = ({ _id, at, what, paymentId, orderId, currency, lines }: WithId<Kept>) => ({
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
