import type { Collection, Db, IndexDescription, OptionalUnlessRequiredId } from 'mongodb'
import { isListed } from '../../../services/tickets/src/domain/search.ts'
import { priceTokens } from '../../../services/tickets/src/domain/search-prices.ts'
import { searchTokens } from '../../../services/tickets/src/domain/search-tokens.ts'

/** Something to be searched for, of which some is everywhere, some is rare, and some is never together. */
const words =
  'amber birch coral dusk ember frost grove harbor indigo jade kite lunar maple north opal pearl quartz river stone tidal umber velvet willow xenon yonder zephyr'.split(
    ' ',
  )
const cities = ['wien', 'berlin', 'paris', 'lisbon', 'london', 'krakow', 'oslo', 'roma', 'madrid', 'praha']
const batch = 10_000
const dayMs = 24 * 3600_000

const idOf = (nth: number) =>
  `${(1_700_000_000 + Math.floor(nth / 100)).toString(16)}${nth.toString(16).padStart(16, '0')}`

/** The nth listing, the same in every market. */
const listingOf = (nth: number, like: Record<string, unknown>) => {
  const word = (times: number) => words[(nth * times + (nth >> 5)) % words.length] ?? ''
  const title = `${word(7)} ${word(11)} ${word(13)} ${nth}`
  const [venue, city] = [`hall ${nth % 997}`, cities[nth % cities.length] ?? '']
  const startsAt = new Date(Math.ceil(Date.now() / dayMs) * dayMs + dayMs * (1 + (nth % 700)) + nth)
  const priceCents = 500 + ((nth * 37) % 50_000)
  const found = [...new Set(`${title} ${venue} ${city}`.split(' '))]
  return {
    ...like,
    _id: idOf(nth),
    ...{ title, venue, city, startsAt, priceCents, currency: 'eur' },
    searchPrices: priceTokens(priceCents, 'eur', city),
    ...{ searchText: found.join(' '), searchTokens: searchTokens(found), searchCity: city },
    ...{
      startsOn: startsAt.toISOString().slice(0, 10),
      isListed: isListed({ status: 'available', startsAt }, new Date()),
    },
  }
}

/** Nobody waits for the journal of what would only be filled in again. */
const unjournaled = { w: 1, journal: false } as const

/** Many more documents at once, beside the indexes, which are then built over all of them as they were. */
const fill = async <T extends object>(collection: Collection<T>, count: number, documentOf: (nth: number) => T) => {
  const indexes = (await collection.indexes()).filter(({ name }) => name !== '_id_')
  for (const { name } of indexes) await collection.dropIndex(name ?? '')
  for (let from = 0; from < count; from += batch) {
    const length = Math.min(batch, count - from)
    const documents = Array.from({ length }, (_, index) => documentOf(from + index))
    await collection.insertMany(documents as unknown as OptionalUnlessRequiredId<T>[], {
      ordered: false,
      writeConcern: unjournaled,
    })
  }
  const descriptions = indexes.map(({ v: _version, ...description }) => description as IndexDescription)
  await collection.createIndexes(descriptions)
}

/** `count` listings that are like the one that is there. */
export const fillListings = async (db: Db, count: number): Promise<void> => {
  const tickets = db.collection<Record<string, unknown>>('tickets')
  const listed = await tickets.findOne({ status: 'available' })
  if (!listed) throw new Error('list a ticket first, which the others are made like')
  const { outbox: _outbox, ...like } = listed
  await fill(tickets, count, (nth) => listingOf(nth, like))
}

/** How many sellers share the sales. */
const sellers = 1_000
/** How many of the latest entries are left to the service to close. */
const leftOpen = 1_000

const entryOf = (nth: number, sellerId: string) => {
  // Every tenth sale is of the seller whose pages are measured.
  const seller = nth % 10 === 0 ? sellerId : idOf(nth % sellers)
  const amount = 1_000 + (nth % 9_000)
  return {
    _id: `captured:${idOf(nth)}` as unknown,
    what: 'captured',
    paymentId: idOf(nth),
    orderId: idOf(nth),
    currency: 'eur',
    lines: [
      { account: 'stripe', amount },
      { account: `seller:${seller}`, amount: 0 - amount },
    ],
    at: new Date(Date.now() - nth),
  }
}

/** What the service keeps of entries that it has closed: what they add to each account, and to nothing in all. */
const keepBalances = async (db: Db, closed: number, sellerId: string): Promise<void> => {
  const balances = new Map<string, number>()
  for (let nth = 0; nth < closed; nth++)
    for (const { account, amount } of entryOf(nth, sellerId).lines)
      balances.set(account, (balances.get(account) ?? 0) + amount)
  const stored = [...balances].map(([account, balance]) => ({
    ...{ _id: `${account} eur`, account, currency: 'eur', balance, byWhat: { captured: balance } },
  }))
  if (stored.length > 0) await db.collection<(typeof stored)[number]>('ledgerBalances').insertMany(stored)
  await db.collection<{ _id: string; sum: number }>('ledgerSums').insertOne({ _id: 'eur', sum: 0 })
}

/** `count` sales in the books, a tenth of them by one seller; closed but for the latest, as after months. */
export const fillLedger = async (db: Db, count: number, sellerId: string): Promise<void> => {
  const closed = Math.max(0, count - leftOpen)
  await keepBalances(db, closed, sellerId)
  await fill(db.collection<object>('ledger'), count, (nth) => ({
    ...entryOf(nth, sellerId),
    ...(nth < closed ? { closed: true } : {}),
  }))
}
