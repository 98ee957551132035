import { now as timeNow } from '@fairpass/sdk/clock'
import { isAllDuplicateKeys, newId } from '@fairpass/sdk/mongo'
import { createBell } from '@fairpass/sdk/run-periodically'
import type { ClientSession, Collection, Db } from 'mongodb'
import type { DataOf, Kind } from './kinds.ts'
import { type Mail, personOf, type Recipient, rememberedMs } from './mail.ts'
import { createMailQueue, type StoredMail } from './queue.ts'

export type OwedMail<K extends Kind = Kind> = {
  [T in K]: { kind: T; cause: string; to: Recipient; data: DataOf<T> }
}[K]

/** What is known of a mail that was sent: enough to see whether its person has had enough for now. */
export type SentMail = Pick<Mail, 'kind' | 'person'> & { sentAt: Date }

const createIndexes = (mails: Collection<StoredMail>) =>
  mails.createIndexes([
    { key: { cause: 1 }, name: 'cause', unique: true },
    { key: { nextAttemptAt: 1 }, name: 'due', partialFilterExpression: { status: 'owed' } },
    { key: { person: 1, sentAt: -1 }, name: 'person' },
    { key: { expiresAt: 1 }, name: 'expired', expireAfterSeconds: 0 },
  ])

const newMail = ({ cause, kind, to, data }: OwedMail, now: Date): StoredMail => ({
  _id: newId(),
  cause,
  kind,
  person: personOf(to),
  recipient: to,
  data,
  status: 'owed',
  attempts: 0,
  createdAt: now,
  nextAttemptAt: now,
  expiresAt: new Date(now.getTime() + rememberedMs),
})

/** What there is for the same cause stays as it is; a transaction would end with the first of these. */
const insertMissing = (mails: Collection<StoredMail>, owing: readonly StoredMail[], session: ClientSession) =>
  mails.bulkWrite(
    owing.map((one) => ({
      updateOne: { filter: { cause: one.cause }, update: { $setOnInsert: one }, upsert: true },
    })),
    { ordered: false, ignoreUndefined: true, session },
  )

/** The same for half of the work, where there is nothing as a rule: the cause is unique. */
const insertNew = async (mails: Collection<StoredMail>, owing: StoredMail[]): Promise<void> => {
  try {
    await mails.insertMany(owing, { ordered: false, ignoreUndefined: true })
  } catch (error) {
    if (!isAllDuplicateKeys(error)) throw error
  }
}

/** Reads of what was sent and of what waits. */
const createReads = (mails: Collection<StoredMail>) => ({
  /** What these people were sent since `since`, the latest first; of each at most what bounds them, and a few more. */
  sentTo: (people: readonly string[], since: Date, limit: number): Promise<SentMail[]> =>
    mails
      .find({ person: { $in: [...new Set(people)] }, sentAt: { $gt: since } })
      .project<SentMail>({ _id: 0, person: 1, kind: 1, sentAt: 1 })
      .sort({ sentAt: -1 })
      .limit(limit)
      .toArray(),

  /** How many are owed, counted up to a thousand, and since when the oldest of them is due. */
  backlog: async (now: Date): Promise<{ count: number; dueSince: Date | undefined }> => {
    const bound = { maxTimeMS: 1_000 }
    const [count, oldest] = await Promise.all([
      mails.countDocuments({ status: 'owed' }, { ...bound, limit: 1_000 }),
      mails.findOne({ status: 'owed', nextAttemptAt: { $lte: now } }, { ...bound, sort: { nextAttemptAt: 1 } }),
    ])
    return { count, dueSince: oldest?.nextAttemptAt }
  },
})

/** Mails that are owed: a queue in the database, written with what causes them. */
export const openMails = (db: Db) => {
  const mails = db.collection<StoredMail>('mails')
  const bell = createBell()

  return {
    ...createMailQueue(mails),
    ...createReads(mails),

    /** Rings when mails are owed. */
    bell,

    ensureIndexes: () => createIndexes(mails),

    /**
     * Owes mails, in the session's transaction when there is one; what is owed or was sent for the same cause stays as it is.
     * @param now when each is due
     */
    owe: async (
      owed: readonly OwedMail[],
      { session, now = timeNow() }: { session?: ClientSession; now?: Date } = {},
    ) => {
      if (owed.length === 0) return
      const owing = owed.map((one) => newMail(one, now))
      await (session ? insertMissing(mails, owing, session) : insertNew(mails, owing))
      bell.ring()
    },

    /** Deletes what is still to be sent to an account that is erased. */
    forget: async (userId: string, session?: ClientSession): Promise<void> => {
      await mails.deleteMany({ person: userId, status: 'owed' }, session ? { session } : {})
    },
  }
}

export type Mails = ReturnType<typeof openMails>
