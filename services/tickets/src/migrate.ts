import type { Db } from 'mongodb'
import { foundBy, isListed } from './domain/search.ts'
import type { Ticket } from './domain/ticket.ts'
import { refoldSearch, searchFolding } from './refold-search.ts'

type Stored = Omit<Ticket, 'id'> & { _id: string; searchTokens?: string[]; isEnding?: boolean }

const batch = 500

/** Folds the texts of listings anew, once for each way of folding them. */
const bringFoldingForward = async (db: Db, now: Date): Promise<void> => {
  const migrations = db.collection<{ _id: string; at: Date }>('migrations')
  if (await migrations.findOne({ _id: searchFolding })) return
  const refold = refoldSearch(db, () => now)
  for (let after: string | undefined = ''; after !== undefined; ) after = (await refold(after)).next
  await migrations.updateOne({ _id: searchFolding }, { $setOnInsert: { at: new Date() } }, { upsert: true })
}

/**
 * Brings what versions before this one stored to where searches find it, once; replicas that do so at the same time write the
 * same. What has begun is in no list, and stays as it is.
 */
export const bringForward = async (db: Db, now = new Date()): Promise<void> => {
  await bringTokensForward(db, now)
  await bringFoldingForward(db, now)
}

const bringTokensForward = async (db: Db, now: Date): Promise<void> => {
  const tickets = db.collection<Stored>('tickets')
  const migrations = db.collection<{ _id: string; at: Date }>('migrations')
  const _id = 'search tokens'
  if (await migrations.findOne({ _id })) return
  // Called so before: without it a listing that a ban ended would come back on sale when its order ends.
  await tickets.updateMany({ isEnding: { $exists: true } }, { $rename: { isEnding: 'withdrawOnRelease' } })
  let after = ''
  for (;;) {
    const found = await tickets
      .find({ _id: { $gt: after }, startsAt: { $gt: now }, searchTokens: { $exists: false } })
      .sort({ _id: 1 })
      .limit(batch)
      .toArray()
    const last = found.at(-1)
    if (!last) break
    await tickets.bulkWrite(
      found.map((ticket) => ({
        updateOne: {
          // Who changes it meanwhile makes it new.
          filter: { _id: ticket._id, version: ticket.version },
          update: { $set: { ...foundBy(ticket), isListed: isListed(ticket, now) === true } },
        },
      })),
      { ordered: false },
    )
    after = last._id
  }
  await migrations.updateOne({ _id }, { $setOnInsert: { at: new Date() } }, { upsert: true })
}
