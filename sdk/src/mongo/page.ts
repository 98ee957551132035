import type { Document, Filter, Collection as MongoCollection, Sort, WithId } from 'mongodb'
import * as v from 'valibot'
import { RequestValidationError } from '../errors.ts'

/**
 * The order of a list: its fields from the most to the least significant, all in one direction, the last of them unique.
 * An index with the same fields reads any page of it at the cost of that page.
 */
export type Order = { direction: 1 | -1; fields: Readonly<Record<string, 'string' | 'number' | 'date'>> }

type Position = (string | number | Date)[]
type Page<S extends Document> = { rows: WithId<S>[]; nextCursor: string | null }
type PageQuery<S extends Document> = {
  filter: Filter<S>
  order: Order
  limit: number
  /** where the page before ended; none: the first page */
  cursor?: string | undefined
  /** the index to read by, where the choice is not the database's */
  hint?: string | undefined
  /** a bound on each query, in milliseconds */
  maxTimeMS?: number
}

/** How long a read may take before it is given up, in milliseconds: what takes longer has no index. */
export const readWithinMs = 5_000

/** Ids carry their time, so the order of ids is the order of time. */
export const newestFirst = { direction: -1, fields: { _id: 'string' } } as const satisfies Order

const Row = v.array(v.union([v.string(), v.number()]))

const encodeCursor = (order: Order, row: Document): string => {
  const values = Object.keys(order.fields).map((field) => {
    const value: unknown = row[field]
    return value instanceof Date ? value.getTime() : value
  })
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

/** @throws RequestValidationError naming the field `cursor` */
const decodeCursor = (order: Order, cursor: string): Position => {
  const types = Object.values(order.fields)
  const refuse = () => new RequestValidationError([{ msg: 'is not a cursor that this list gave', param: 'cursor' }])
  let values: (string | number)[]
  try {
    values = v.parse(Row, JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw refuse()
  }
  if (values.length !== types.length) throw refuse()
  return values.map((value, index) => {
    const type = types[index]
    if (typeof value !== (type === 'string' ? 'string' : 'number')) throw refuse()
    if (type !== 'date') return value
    const date = new Date(value)
    if (Number.isNaN(date.getTime())) throw refuse()
    return date
  })
}

type Range<S extends Document> = { filter: Filter<S>; order: Order }

/**
 * What comes after a position, as ranges that follow each other: those that share all fields but the last with it, then
 * those that share one fewer. Each is one range of the index, where a single `$or` would read all that tie; what they share
 * is no part of its order, or MongoDB would sort it once more.
 */
const rangesAfter = <S extends Document>({ fields, direction }: Order, position: Position): Range<S>[] => {
  const names = Object.keys(fields)
  const beyond = direction === 1 ? '$gt' : '$lt'
  return names
    .map((name, index) => {
      const shared = names.slice(0, index).map((before, nth) => [before, position[nth]])
      const filter = { ...Object.fromEntries(shared), [name]: { [beyond]: position[index] } } as Filter<S>
      const rest = Object.fromEntries(Object.entries(fields).slice(index))
      return { filter, order: { direction, fields: rest } }
    })
    .reverse()
}

const sortOf = ({ fields, direction }: Order): Sort =>
  Object.fromEntries(Object.keys(fields).map((field) => [field, direction]))

/**
 * Reads a page of a list by its key: what came before is not read again, and what is added meanwhile moves nothing.
 * @throws RequestValidationError when `cursor` is none that a list in this order gave
 */
export const readPage = async <S extends Document>(
  collection: MongoCollection<S>,
  { filter, order, limit, cursor, hint, maxTimeMS = readWithinMs }: PageQuery<S>,
): Promise<Page<S>> => {
  const read = (range: Range<S>) =>
    collection
      .find({ $and: [filter, range.filter] } as Filter<S>, { maxTimeMS, ...(hint ? { hint } : {}) })
      .sort(sortOf(range.order))
      .limit(limit + 1)
      .toArray()
  const ranges = cursor === undefined ? [{ filter: {}, order }] : rangesAfter<S>(order, decodeCursor(order, cursor))
  const found = (await Promise.all(ranges.map(read))).flat()
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  return { rows, nextCursor: last && found.length > limit ? encodeCursor(order, last) : null }
}

/** How many rows a page may hold, as a query parameter. */
export const PageLimit = v.optional(
  v.pipe(
    v.string(),
    v.description('How many at most, 1 to 100'),
    v.regex(/^\d{1,3}$/, 'must be a whole number'),
    v.transform(Number),
    v.minValue(1, 'must be at least 1'),
    v.maxValue(100, 'must be at most 100'),
  ),
  '20',
)
