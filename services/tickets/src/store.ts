import { RequestValidationError } from '@fairpass/sdk/errors'
import { event, type FairpassEvent } from '@fairpass/sdk/events'
import { decodeCursor, encodeCursor, openCollection, type PublishAll } from '@fairpass/sdk/mongo'
import type { ClientSession, Db, Filter, Sort } from 'mongodb'
import { cityToFind, foundBy, type Search, wordsToFind } from './domain/search.ts'
import { type Ticket, toData } from './domain/ticket.ts'

/** A ticket as stored: what it is found by stands beside it, folded. */
type TicketDocument = Ticket & ReturnType<typeof foundBy>
type Stored = Omit<TicketDocument, 'id'> & { _id: string }

const withSearch = <T extends Omit<Ticket, 'version'>>(ticket: T) => ({ ...ticket, ...foundBy(ticket) })

const withoutSearch = ({ searchText: _text, searchCity: _city, startsOn: _day, ...ticket }: TicketDocument): Ticket =>
  ticket

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Prices of several currencies have no order, so each currency stands by itself. */
const sorts = {
  soonest: { startsAt: 1, _id: 1 },
  cheapest: { currency: 1, priceCents: 1, _id: 1 },
  newest: { _id: -1 },
} as const satisfies Record<Search['sort'], Sort>

/** Where a ticket stands in a sort, beside its id. */
const positionIn = (sort: Search['sort'], { startsAt, currency, priceCents, id }: Ticket): string | number =>
  ({ soonest: startsAt.getTime(), cheapest: `${currency}:${priceCents}`, newest: id })[sort]

const positionFilter = (sort: Search['sort'], cursor: string): Filter<Stored> => {
  const [value, id] = decodeCursor(cursor)
  const refuse = () => new RequestValidationError([{ msg: 'belongs to another sort', param: 'cursor' }])
  if (sort === 'newest') {
    if (value !== id) throw refuse()
    return { _id: { $lt: id } }
  }
  if (sort === 'soonest') {
    const startsAt = new Date(value)
    if (typeof value !== 'number' || Number.isNaN(startsAt.getTime())) throw refuse()
    return { $or: [{ startsAt: { $gt: startsAt } }, { startsAt, _id: { $gt: id } }] }
  }
  const [, currency, price] = /^([a-z]{3}):(\d{1,15})$/.exec(String(value)) ?? []
  if (currency === undefined) throw refuse()
  const priceCents = Number(price)
  return {
    $or: [
      { currency: { $gt: currency } },
      { currency, priceCents: { $gt: priceCents } },
      { currency, priceCents, _id: { $gt: id } },
    ],
  }
}

const dayMs = 24 * 3600_000
/** No venue is further from UTC than this, so that an index can find the days around. */
const furthestMs = 15 * 3600_000

/** A moment as it is; a day is that of the venue. What was stored before days were counts as if it were in UTC. */
const startsFilter = (bound: '$gte' | '$lte', wanted: string | Date | undefined): Filter<Stored>[] => {
  if (wanted === undefined) return []
  if (wanted instanceof Date) return [{ startsAt: { [bound]: wanted } }]
  const midnight = Date.parse(`${wanted}T00:00:00Z`)
  const ends = bound === '$gte' ? midnight : midnight + dayMs - 1
  const nearest = bound === '$gte' ? midnight - furthestMs : ends + furthestMs
  const inUtc = { startsOn: { $exists: false }, startsAt: { [bound]: new Date(ends) } }
  return [{ startsAt: { [bound]: new Date(nearest) } }, { $or: [{ startsOn: { [bound]: wanted } }, inUtc] }]
}

const filterOf = (search: Search, now: Date): Filter<Stored> => {
  const { q, city, from, to, currency, minPrice, maxPrice, status, sort, cursor } = search
  return {
    $and: [
      { status: status ?? { $in: ['available', 'reserved'] } },
      { startsAt: { $gte: now } },
      // What nobody could buy is found by its address only.
      { $or: [{ delivery: { $ne: 'file' } }, { 'file.id': { $exists: true } }] },
      ...startsFilter('$gte', from),
      ...startsFilter('$lte', to),
      ...(city ? [{ searchCity: cityToFind(city) }] : []),
      ...wordsToFind(q ?? '').map((word) => ({ searchText: { $regex: escaped(word) } })),
      ...(currency ? [{ currency }] : []),
      ...(minPrice === undefined ? [] : [{ priceCents: { $gte: minPrice } }]),
      ...(maxPrice === undefined ? [] : [{ priceCents: { $lte: maxPrice } }]),
      ...(cursor ? [positionFilter(sort, cursor)] : []),
    ],
  }
}

const listed = (first: string, now: Date) =>
  ({ _id: { $gte: first }, status: { $in: ['available', 'reserved'] }, startsAt: { $gte: now } }) as Filter<Stored>

/** Each change is told: a withdrawal as such, everything else as an update. */
const eventsOf = (ticket: Ticket): FairpassEvent[] => [
  ticket.status === 'withdrawn' ? event('ticket.withdrawn', toData(ticket)) : event('ticket.updated', toData(ticket)),
]

/** Who holds a ticket is told by orders alone; here only what the other services cannot know of them. */
const eventsOfFollowing = (ticket: Ticket): FairpassEvent[] =>
  ticket.status === 'withdrawn' ? [event('ticket.withdrawn', toData(ticket))] : []

export const openTickets = (db: Db, publishAll: PublishAll) => {
  const documents = openCollection<TicketDocument>(db, 'tickets', {
    publishAll,
    indexes: [
      { key: { status: 1, startsAt: 1, _id: 1 }, name: 'soonest' },
      { key: { status: 1, currency: 1, priceCents: 1, _id: 1 }, name: 'cheapest in a currency' },
      { key: { sellerId: 1, _id: -1 }, name: 'seller' },
      { key: { erasesFile: 1 }, name: 'file to erase', sparse: true },
    ],
  })

  const page = (found: TicketDocument[], limit: number, sort: Search['sort']) => {
    const tickets = found.slice(0, limit).map(withoutSearch)
    const last = tickets.at(-1)
    if (!last || found.length <= limit) return { tickets, nextCursor: null }
    return { tickets, nextCursor: encodeCursor([positionIn(sort, last), last.id]) }
  }

  return {
    ...documents,
    find: async (id: string) => {
      const found = await documents.find(id)
      return found && withoutSearch(found)
    },

    create: async (ticket: Omit<Ticket, 'version'>): Promise<Ticket> =>
      withoutSearch(await documents.insert(withSearch(ticket), (saved) => [event('ticket.created', toData(saved))])),

    /** Lets `change` decide on the stored ticket; see `change` of the sdk's collection. */
    change: async (id: string, change: (ticket: Ticket) => Ticket): Promise<Ticket | undefined> => {
      const changed = await documents.change(
        id,
        (stored) => {
          const ticket = withoutSearch(stored)
          const next = change(ticket)
          return next === ticket ? stored : withSearch(next)
        },
        eventsOf,
      )
      return changed && withoutSearch(changed)
    },

    /**
     * Writes `after` over exactly the version of `before`.
     * @throws VersionConflictError when somebody else was quicker
     */
    replace: async (before: Ticket, after: Ticket, { timeoutMs }: { timeoutMs: number }): Promise<Ticket> =>
      withoutSearch(await documents.replace(withSearch(before), withSearch(after), eventsOf, { maxTimeMS: timeoutMs })),

    /** The same for several tickets at once; what they are found by stays as it is. */
    changeMany: (changes: ReadonlyMap<string, (ticket: Ticket) => Ticket>) =>
      documents.changeMany(
        new Map(
          [...changes].map(([id, change]) => [
            id,
            (stored: TicketDocument) => {
              const ticket = withoutSearch(stored)
              const next = change(ticket)
              return next === ticket ? stored : { ...stored, ...next }
            },
          ]),
        ),
        eventsOfFollowing,
      ),

    /** Part of a transaction: a listing that was made of another's file. */
    createIn: async (session: ClientSession, ticket: Omit<Ticket, 'version'>): Promise<Ticket> =>
      withoutSearch(
        await documents.insert(withSearch(ticket), (saved) => [event('ticket.created', toData(saved))], { session }),
      ),

    /** The same as `replace` as a part of a transaction. */
    replaceIn: async (session: ClientSession, before: Ticket, after: Ticket): Promise<Ticket> =>
      withoutSearch(await documents.replace(withSearch(before), withSearch(after), eventsOf, { session })),

    /** Listings whose files are to be erased, at most `limit`. */
    toErase: (limit: number) => documents.list({ erasesFile: { $exists: true } } as Filter<Stored>, { limit }),

    /** A mark of this service's own: the listing itself did not change. */
    noteErased: (id: string, fileId: string) =>
      documents.raw.updateOne({ _id: id, erasesFile: fileId } as Filter<Stored>, { $unset: { erasesFile: '' } }),

    search: async (search: Search, now: Date) => {
      const found = await documents.list(filterOf(search, now), { sort: sorts[search.sort], limit: search.limit + 1 })
      return page(found, search.limit, search.sort)
    },

    ofSeller: async (sellerId: string, limit: number, cursor?: string) => {
      const before = cursor ? { _id: { $lt: decodeCursor(cursor)[1] } } : {}
      const found = await documents.list({ sellerId, ...before }, { sort: { _id: -1 }, limit: limit + 1 })
      return page(found, limit, 'newest')
    },

    /** The ids of what a visitor can find, in their own order, at most `limit` from `first` on. */
    listedFrom: async (first: string, limit: number, now: Date): Promise<string[]> =>
      documents.raw
        .find(listed(first, now))
        .project<{ _id: string }>({ _id: 1 })
        .sort({ _id: 1 })
        .limit(limit)
        .map(({ _id }) => _id)
        .toArray(),

    /** The id that comes `skip` places after `first`. */
    listedAfter: async (first: string, skip: number, now: Date): Promise<string | undefined> => {
      const [found] = await documents.raw.find(listed(first, now)).sort({ _id: 1 }).skip(skip).limit(1).toArray()
      return found?._id
    },

    /** Listings of a seller that a ban must still end, at most `limit`. */
    toEnd: (sellerId: string, limit: number) =>
      documents.list(
        { sellerId, status: { $in: ['available', 'reserved'] }, withdrawOnRelease: { $ne: true } },
        { limit },
      ),
  }
}

export type Tickets = ReturnType<typeof openTickets>
