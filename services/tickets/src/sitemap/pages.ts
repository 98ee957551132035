import { readWithinMs } from '@fairpass/sdk/mongo'
import type { Db, Filter } from 'mongodb'
import { indexName, type StoredTicket } from '../search/indexes.ts'

/** Where a page of the sitemap begins: the least id that is on it. */
type SitemapPage = { _id: string }

/** What the sitemap protocol allows in one index and in one file, https://www.sitemaps.org/protocol.html */
const protocolMost = 50_000
/** As many listings begin a new page. A page costs what is on it, whatever the market. */
const usualSize = 2_000
/** How many pages one round adds at most. */
const maxAdded = 2_000

const byId = indexName('all', 'newest')

const openCollections = (db: Db) => {
  const tickets = db.collection<StoredTicket>('tickets')
  const pages = db.collection<SitemapPage>('sitemapPages')

  const listed = (ids: { $gte: string; $lt?: string }, now: Date) =>
    ({
      isListed: true,
      status: { $in: ['available', 'reserved'] },
      _id: ids,
      startsAt: { $gte: now },
    }) as Filter<StoredTicket>
  const read = (ids: { $gte: string; $lt?: string }, now: Date) =>
    tickets
      .find(listed(ids, now), { hint: byId, maxTimeMS: readWithinMs })
      .project<{ _id: string }>({ _id: 1 })
      .sort({ _id: 1 })

  const startAfter = async (start: string) => {
    const [next] = await pages
      .find({ _id: { $gt: start } })
      .sort({ _id: 1 })
      .limit(1)
      .toArray()
    return next?._id
  }

  return { pages, read, startAfter }
}

type Collections = ReturnType<typeof openCollections>

/** Begins new pages at the end, where enough has come. */
const addPages = async ({ pages, read }: Collections, size: number, now: Date): Promise<void> => {
  const [last] = await pages.find().sort({ _id: -1 }).limit(1).toArray()
  let start = last?._id
  for (let added = 0; added < maxAdded; added++) {
    const [next] = await read({ $gte: start ?? '' }, now)
      .skip(start === undefined ? 0 : size)
      .limit(1)
      .toArray()
    if (!next) return
    // Another replica may have begun the same one.
    await pages.updateOne({ _id: next._id }, { $setOnInsert: { _id: next._id } }, { upsert: true })
    start = next._id
  }
}

/** Joins one page with the one before it, if both fit in one. @returns where the next round goes on */
const joinPages = async (
  { pages, read, startAfter }: Collections,
  size: number,
  lastJoined: string,
  now: Date,
): Promise<string> => {
  const before = (await startAfter(lastJoined)) ?? (await startAfter(''))
  const joined = before && (await startAfter(before))
  if (!before || !joined) return ''
  const end = await startAfter(joined)
  // The last page is where new ones come: it stays.
  if (end === undefined) return joined
  const found = await read({ $gte: before, $lt: end }, now)
    .limit(size + 1)
    .toArray()
  if (found.length > size) return joined
  await pages.deleteOne({ _id: joined })
  return before
}

/**
 * The sitemap in pages of bounded size. Where they begin is stored, so that nothing has to scan the market to find it: new
 * listings come at the end, since ids carry their time, and what ends leaves a page smaller, until it is joined with the one
 * before it.
 */
export const openSitemapPages = (db: Db, size = usualSize) => {
  const collections = openCollections(db)
  const { pages, read, startAfter } = collections
  let lastJoined = ''

  return {
    starts: async (): Promise<string[]> =>
      pages
        .find({}, { maxTimeMS: readWithinMs })
        .sort({ _id: 1 })
        .limit(protocolMost - 1)
        .map(({ _id }) => _id)
        .toArray(),

    /** The ids of what a visitor can find on a page, in their own order. */
    listings: async (start: string, now: Date): Promise<string[]> => {
      const end = await startAfter(start)
      const ids = end === undefined ? { $gte: start } : { $gte: start, $lt: end }
      return (await read(ids, now).limit(protocolMost).toArray()).map(({ _id }) => _id)
    },

    extend: async (now: Date): Promise<void> => {
      await addPages(collections, size, now)
      lastJoined = await joinPages(collections, size, lastJoined, now)
    },
  }
}

export type SitemapPages = ReturnType<typeof openSitemapPages>
