import { RequestValidationError } from '@fairpass/sdk/errors'
import { event, type FairpassEvent } from '@fairpass/sdk/events'
import { decodeCursor, encodeCursor, openCollection } from '@fairpass/sdk/mongo'
import type { ClientSession, Db, Filter, Sort } from 'mongodb'
import { fold, type Search, wordsOf } from './domain/search.ts'
import { type Ticket, toData } from './domain/ticket.ts'

/** A ticket as stored: what it is found by stands beside it, folded. */
type TicketDocument = Ticket & { searchText: string; searchCity: string }
type Stored = Omit<TicketDocument, 'id'> & { _id: string }

const withSearch = <T extends Omit<Ticket, 'version'>>(ticket: T) => ({
  ...ticket,
  searchText: fold(`${ticket.title} ${ticket.venue} ${ticket.city}`),
  searchCity: fold(ticket.city),
})

const withoutSearch = ({ searchText: _text, searchCity: _city, ...ticket }: TicketDocument): Ticket => ticket

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const sorts = {
  soonest: { field: 'startsAt', direction: 1 },
  cheapest: { field: 'priceCents', direction: 1 },
  newest: { field: '_id', direction: -1 },
} as const

const positionFilter = (sort: Search['sort'], cursor: string): Filter<Stored> => {
  const [value, id] = decodeCursor(cursor)
  const { field } = sorts[sort]
  const isOfThisSort = field === '_id' ? value === id : typeof value === 'number' && Number.isFinite(value)
  if (!isOfThisSort) throw new RequestValidationError([{ msg: 'belongs to another sort', param: 'cursor' }])
  if (field === '_id') return { _id: { $lt: id } }
  const at = field === 'startsAt' ? new Date(value) : Number(value)
  return { $or: [{ [field]: { $gt: at } }, { [field]: at, _id: { $gt: id } }] } as Filter<Stored>
}

const filterOf = (search: Search, now: Date): Filter<Stored> => {
  const { q, city, from, to, minPrice, maxPrice, status, sort, cursor } = search
  const earliest = from && from > now ? from : now
  return {
    $and: [
      { status: status ?? { $in: ['available', 'reserved'] } },
      { startsAt: { $gte: earliest, ...(to ? { $lte: to } : {}) } },
      ...(city ? [{ searchCity: fold(city) }] : []),
      ...wordsOf(q ?? '').map((word) => ({ searchText: { $regex: escaped(word) } })),
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

export const openTickets = (db: Db, publish: (event: FairpassEvent) => Promise<void>) => {
  const documents = openCollection<TicketDocument>(db, 'tickets', {
    publish,
    indexes: [
      { key: { status: 1, startsAt: 1, _id: 1 }, name: 'soonest' },
      { key: { status: 1, priceCents: 1, _id: 1 }, name: 'cheapest' },
      { key: { sellerId: 1, _id: -1 }, name: 'seller' },
      { key: { 'reservation.expiresAt': 1 }, name: 'reserved', partialFilterExpression: { status: 'reserved' } },
    ],
  })

  const page = (found: TicketDocument[], limit: number, field: 'startsAt' | 'priceCents' | '_id') => {
    const tickets = found.slice(0, limit).map(withoutSearch)
    const last = tickets.at(-1)
    if (!last || found.length <= limit) return { tickets, nextCursor: null }
    const value = field === 'startsAt' ? last.startsAt.getTime() : field === 'priceCents' ? last.priceCents : last.id
    return { tickets, nextCursor: encodeCursor([value, last.id]) }
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

    /** The same within a transaction, which is tried again as a whole when somebody else wrote in between. */
    changeIn: async (session: ClientSession, id: string, change: (ticket: Ticket) => Ticket): Promise<boolean> => {
      const stored = await documents.find(id, { session })
      if (!stored) return false
      const ticket = withoutSearch(stored)
      const next = change(ticket)
      if (next !== ticket) await documents.replace(stored, withSearch(next), eventsOf, { session })
      return true
    },

    search: async (search: Search, now: Date) => {
      const { field, direction } = sorts[search.sort]
      const sort: Sort = field === '_id' ? { _id: direction } : { [field]: direction, _id: direction }
      const found = await documents.list(filterOf(search, now), { sort, limit: search.limit + 1 })
      return page(found, search.limit, field)
    },

    ofSeller: async (sellerId: string, limit: number, cursor?: string) => {
      const before = cursor ? { _id: { $lt: decodeCursor(cursor)[1] } } : {}
      const found = await documents.list({ sellerId, ...before }, { sort: { _id: -1 }, limit: limit + 1 })
      return page(found, limit, '_id')
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

    /** Reservations whose order should have ended before `before`: an event about them may be lost. */
    overdue: (before: Date, limit: number) =>
      documents.list({ status: 'reserved', 'reservation.expiresAt': { $lt: before } } as Filter<Stored>, { limit }),
  }
}

export type Tickets = ReturnType<typeof openTickets>
