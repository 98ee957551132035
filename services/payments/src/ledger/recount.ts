import { isDuplicateKey, readWithinMs } from '@fairpass/sdk/mongo'
import { type Db, MinKey } from 'mongodb'
import { addTo, type ClosableEntry, type Closing, sumOf } from './closing.ts'

/** How far the books were counted again, and what came of it when they were last counted to their end. */
type State = {
  _id: 'recount'
  turn: number
  /** the id up to which this count has come; null: it begins */
  after?: unknown
  sums: Record<string, number>
  /** by how much the last whole count differed from what was closed */
  differences: Record<string, number>
}

/** How many entries one round counts. */
const batch = 1_000

/**
 * Counts closed books again, a part in each round, from one end to the other and then again: an entry that was changed after
 * it was closed, or deleted, is noticed by the end of the next pass.
 */
export const openRecount = (db: Db, { closedSums }: Pick<Closing, 'closedSums'>, size = batch) => {
  const entries = db.collection<ClosableEntry>('ledger')
  const states = db.collection<State>('ledgerRecount')

  /** From an id on, whatever its type: who writes past the ledger may choose any. */
  const readFrom = (after: unknown) =>
    entries
      .find({}, { min: { _id: after }, hint: { _id: 1 }, maxTimeMS: readWithinMs })
      .project<Pick<ClosableEntry, '_id' | 'currency' | 'lines' | 'closed'>>({ currency: 1, lines: 1, closed: 1 })
      .sort({ _id: 1 })
      .limit(size + 1)
      .toArray()

  /** Another replica may have counted the same part: then this round counts for nothing. */
  const keep = async ({ _id, turn, ...state }: State): Promise<void> => {
    try {
      await states.updateOne({ _id, turn: turn - 1 }, { $set: { turn, ...state } }, { upsert: true })
    } catch (error) {
      if (!isDuplicateKey(error)) throw error
    }
  }

  /** @returns by how much each currency differed when the books were last counted to their end */
  return async (): Promise<Record<string, number>> => {
    const state = (await states.findOne({ _id: 'recount' })) ?? { _id: 'recount', turn: 0, sums: {}, differences: {} }
    const { turn, after, sums, differences } = state
    const isFirst = after === undefined || after === null
    const found = await readFrom(after ?? new MinKey())
    // The first is where the round before ended.
    const counted = isFirst ? found.slice(0, size) : found.slice(1)
    const total = { ...sums }
    for (const entry of counted) if (entry.closed) addTo(total, entry.currency, sumOf(entry))
    const last = counted.at(-1)
    if (found.length > size && last) {
      await keep({ _id: 'recount', turn: turn + 1, after: last._id, sums: total, differences })
      return differences
    }
    const whole: Record<string, number> = { ...total }
    for (const [currency, sum] of Object.entries(await closedSums())) addTo(whole, currency, 0 - sum)
    await keep({ _id: 'recount', turn: turn + 1, after: null, sums: {}, differences: whole })
    return whole
  }
}
