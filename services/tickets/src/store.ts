import { event, type FairpassEvent } from '@fairpass/sdk/events'
import { type Collection, newestFirst, openCollection, type PublishAll } from '@fairpass/sdk/mongo'
import type { ClientSession, Db, Filter } from 'mongodb'
import { foundBy, isListed, type Search } from './domain/search.ts'
import { priceTokens } from './domain/search-prices.ts'
import { lateListing, noteListed, type Ticket, toData } from './domain/ticket.ts'
import { indexName, type StoredTicket, searchIndexes, type TicketDocument } from './search/indexes.ts'
import { createLateSearch, createSearch } from './search/search.ts'

type Documents = Collection<TicketDocument>

/** The search fields of a listing, computed again only where they have changed. */
const withSearch = <T extends Omit<Ticket, 'version'>>(ticket: T, before?: TicketDocument) => {
  const isFoundAlike =
    before?.searchTokens !== undefined &&
    before.title === ticket.title &&
    before.venue === ticket.venue &&
    before.city === ticket.city &&
    before.section === ticket.section &&
    before.timeZone === ticket.timeZone &&
    before.startsAt.getTime() === ticket.startsAt.getTime()
  const { searchText, searchTokens, searchCity, startsOn } = isFoundAlike ? before : foundBy(ticket)
  // Those that are stored may be of another price: the version before changes a price, and leaves what it does not know.
  const searchPrices = priceTokens(ticket.priceCents, ticket.currency, searchCity)
  const listed = isListed(ticket, new Date())
  const found = { searchText, searchTokens, searchCity, startsOn, searchPrices }
  const lateAt = lateListing(ticket)
  return { ...ticket, ...found, ...(listed === undefined ? {} : { isListed: listed }), ...(lateAt ? { lateAt } : {}) }
}

const withoutSearch = ({
  searchText: _text,
  searchTokens: _tokens,
  searchCity: _city,
  startsOn: _day,
  searchPrices: _prices,
  isListed: _isListed,
  lateAt: _lateAt,
  ...ticket
}: TicketDocument): Ticket => ticket

const statuses: Ticket['status'][] = ['available', 'reserved', 'sold', 'withdrawn']

/** What was bought is sold on once: while one of these is, no other can be. */
const onTheMarket: Ticket['status'][] = ['available', 'reserved', 'sold']
/** More than anybody lists and withdraws again; the latest count. */
const resalesMost = 20

const createdEvents = (ticket: Ticket): FairpassEvent[] => [event('ticket.created', toData(ticket))]

/** Every change is published: a withdrawal as such, everything else as an update. */
const eventsOf = (ticket: Ticket): FairpassEvent[] => [
  ticket.status === 'withdrawn' ? event('ticket.withdrawn', toData(ticket)) : event('ticket.updated', toData(ticket)),
]

/** Orders publish who holds a ticket; here only what the other services cannot know from them. */
const eventsOfFollowing = (ticket: Ticket): FairpassEvent[] =>
  ticket.status === 'withdrawn' ? [event('ticket.withdrawn', toData(ticket))] : []

/** A change of a ticket, made on the document that holds it. */
const onDocument =
  (change: (ticket: Ticket) => Ticket) =>
  (stored: TicketDocument): TicketDocument => {
    const ticket = withoutSearch(stored)
    const next = change(ticket)
    return next === ticket ? stored : withSearch(noteListed(next, ticket), stored)
  }

const createWrites = (documents: Documents) => ({
  create: async (ticket: Omit<Ticket, 'version'>): Promise<Ticket> =>
    withoutSearch(await documents.insert(withSearch(noteListed(ticket)), createdEvents)),

  /** Lets `change` decide on the stored ticket; see `change` of the sdk's collection. */
  change: async (id: string, change: (ticket: Ticket) => Ticket): Promise<Ticket | undefined> => {
    const changed = await documents.change(id, onDocument(change), eventsOf)
    return changed && withoutSearch(changed)
  },

  /**
   * Writes `after` over exactly the version of `before`.
   * @throws VersionConflictError when somebody else was quicker
   */
  replace: async (before: Ticket, after: Ticket, { timeoutMs }: { timeoutMs: number }): Promise<Ticket> =>
    withoutSearch(
      await documents.replace(withSearch(before), withSearch(noteListed(after, before)), eventsOf, {
        maxTimeMS: timeoutMs,
      }),
    ),

  /** Lets several tickets follow their orders at once. */
  changeMany: (changes: ReadonlyMap<string, (ticket: Ticket) => Ticket>) =>
    documents.changeMany(new Map([...changes].map(([id, change]) => [id, onDocument(change)])), eventsOfFollowing),

  /** Part of a transaction: a listing that was made of another's file. */
  createIn: async (session: ClientSession, ticket: Omit<Ticket, 'version'>): Promise<Ticket> =>
    withoutSearch(await documents.insert(withSearch(noteListed(ticket)), createdEvents, { session })),

  /** The same as `replace` as a part of a transaction. */
  replaceIn: async (session: ClientSession, before: Ticket, after: Ticket): Promise<Ticket> =>
    withoutSearch(
      await documents.replace(withSearch(before), withSearch(noteListed(after, before)), eventsOf, { session }),
    ),

  /** Sets a field of this service's own: the listing itself did not change. */
  noteErased: (id: string, fileId: string) =>
    documents.raw.updateOne({ _id: id, erasesFile: fileId } as Filter<StoredTicket>, { $unset: { erasesFile: '' } }),
})

const createReads = (documents: Documents) => {
  const search = createSearch(documents.raw)
  const searchLate = createLateSearch(documents.raw)
  return {
    find: async (id: string) => {
      const found = await documents.find(id)
      return found && withoutSearch(found)
    },

    findConfirmed: async (id: string) => {
      const found = await documents.findConfirmed(id)
      return found && withoutSearch(found)
    },

    search: async (wanted: Search, now: Date) => {
      const { rows, nextCursor } = await search(wanted, now)
      return { tickets: rows.map((row) => withoutSearch(documents.toEntity(row))), nextCursor }
    },

    /** What fits and came on sale after `since`, long after it was created, the latest first. */
    searchLate: async (wanted: Search, since: Date, now: Date): Promise<Ticket[]> =>
      (await searchLate(wanted, since, now)).map((row) => withoutSearch(documents.toEntity(row))),

    ofSeller: async (sellerId: string, limit: number, cursor?: string) => {
      const own = { sellerId, isDiscarded: { $ne: true } } as Filter<StoredTicket>
      const { rows, nextCursor } = await documents.page(own, { order: newestFirst, limit, cursor })
      return { tickets: rows.map(withoutSearch), nextCursor }
    },

    /** By which listings a buyer has sold on what an order brought, the latest first. */
    resalesOf: async (orderId: string): Promise<Ticket[]> =>
      (await documents.list({ 'resaleOf.orderId': orderId }, { sort: { _id: -1 }, limit: resalesMost })).map(
        withoutSearch,
      ),

    /** Listings whose files are to be erased, at most `limit`. */
    toErase: (limit: number) => documents.list({ erasesFile: { $exists: true } } as Filter<StoredTicket>, { limit }),

    /** Listings of a seller that a ban must still end, at most `limit`. */
    toEnd: (sellerId: string, limit: number) =>
      documents.list(
        { sellerId, status: { $in: ['available', 'reserved'] }, withdrawOnRelease: { $ne: true } },
        { limit },
      ),
  }
}

/**
 * Removes events that have begun from all lists, at most `limit` at once.
 * @returns how many
 */
const unlistBegun = async ({ raw }: Documents, now: Date, limit: number): Promise<number> => {
  const begun = await raw
    .find({
      isListed: { $exists: true },
      status: { $in: statuses },
      startsAt: { $lte: now },
    } as Filter<StoredTicket>)
    .project<{ _id: string }>({ _id: 1 })
    .hint(indexName('all', 'soonest'))
    .limit(limit)
    .toArray()
  if (begun.length === 0) return 0
  const ids = begun.map(({ _id }) => _id)
  // Not what was moved to a later day meanwhile.
  await raw.updateMany({ _id: { $in: ids }, startsAt: { $lte: now } }, { $unset: { isListed: '' } })
  return begun.length
}

export const openTickets = (db: Db, publishAll: PublishAll) => {
  const documents = openCollection<TicketDocument>(db, 'tickets', {
    publishAll,
    indexes: [
      ...searchIndexes,
      { key: { sellerId: 1, _id: -1 }, name: 'seller' },
      { key: { erasesFile: 1 }, name: 'file to erase', sparse: true },
      { key: { 'resaleOf.orderId': 1, _id: -1 }, name: 'resales', sparse: true },
      {
        key: { 'resaleOf.orderId': 1 },
        name: 'one resale',
        unique: true,
        partialFilterExpression: { 'resaleOf.orderId': { $exists: true }, status: { $in: onTheMarket } },
      },
    ],
  })
  return {
    ...documents,
    ...createWrites(documents),
    ...createReads(documents),
    unlistBegun: (now: Date, limit: number) => unlistBegun(documents, now, limit),
  }
}

export type Tickets = ReturnType<typeof openTickets>
