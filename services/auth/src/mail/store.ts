import { now as timeNow } from '@fairpass/sdk/clock'
import { isDuplicateKey, newId } from '@fairpass/sdk/mongo'
import { createBell } from '@fairpass/sdk/run-periodically'
import type { ClientSession, Db } from 'mongodb'
import type { DataOf, Kind } from './kinds.ts'
import { giveUpAfterMs, leaseMs, type Mail, pauseMs, personOf, type Recipient, rememberedMs } from './mail.ts'

type Stored = Omit<Mail, 'id'> & { _id: string }

export type Owed<K extends Kind = Kind> = { [T in K]: { kind: T; cause: string; to: Recipient; data: DataOf<T> } }[K]

/** What nobody may read any more once it was sent, or shall not be. */
const personal = { recipient: '', data: '' } as const

const toMail = ({ _id, ...rest }: Stored): Mail => ({ id: _id, ...rest })

/**
 * Mails that are owed: a queue in the database, written with what causes them. Whoever sends takes one for a while
 * (`claim`); one whose sender died is due again when that while is over.
 */
export const openMails = (db: Db) => {
  const mails = db.collection<Stored>('mails')
  const bell = createBell()

  /** @returns false when somebody else has taken it meanwhile, his lease having been over */
  const settle = async ({ id, attempts }: Mail, change: Partial<Stored>): Promise<boolean> => {
    const { modifiedCount } = await mails.updateOne(
      { _id: id, attempts, status: 'owed' },
      change.status === undefined ? { $set: change } : { $set: change, $unset: personal },
    )
    return modifiedCount === 1
  }

  return {
    /** Rings when mails are owed. */
    bell,

    ensureIndexes: () =>
      mails.createIndexes([
        { key: { cause: 1 }, name: 'cause', unique: true },
        { key: { nextAttemptAt: 1 }, name: 'due', partialFilterExpression: { status: 'owed' } },
        { key: { person: 1, sentAt: -1 }, name: 'person' },
        { key: { expiresAt: 1 }, name: 'expired', expireAfterSeconds: 0 },
      ]),

    /**
     * Owes mails, in the session's transaction when there is one; what is owed or was sent for the same cause stays as it is.
     * @param now when each is due
     */
    owe: async (owed: readonly Owed[], { session, now = timeNow() }: { session?: ClientSession; now?: Date } = {}) => {
      if (owed.length === 0) return
      const expiresAt = new Date(now.getTime() + rememberedMs)
      await mails
        .bulkWrite(
          owed.map(({ cause, kind, to, data }) => ({
            updateOne: {
              filter: { cause },
              update: {
                $setOnInsert: {
                  _id: newId(),
                  ...{
                    cause,
                    kind,
                    person: personOf(to),
                    recipient: to,
                    data,
                    status: 'owed' as const,
                    attempts: 0,
                  },
                  ...{ createdAt: now, nextAttemptAt: now, expiresAt },
                },
              },
              upsert: true,
            },
          })),
          { ordered: false, ignoreUndefined: true, ...(session ? { session } : {}) },
        )
        .catch((error: unknown) => {
          // The same event, applied by another replica at the same moment.
          if (session || !isDuplicateKey(error)) throw error
        })
      bell.ring()
    },

    /** Takes the mail that is due for longest. */
    claim: async (now: Date): Promise<Mail | undefined> => {
      const claimed = await mails.findOneAndUpdate(
        { status: 'owed', nextAttemptAt: { $lte: now } },
        { $set: { nextAttemptAt: new Date(now.getTime() + leaseMs) }, $inc: { attempts: 1 } },
        { sort: { nextAttemptAt: 1 }, returnDocument: 'after' },
      )
      return claimed ? toMail(claimed) : undefined
    },

    /** When the latest but `count` of a person's mails, of one kind or of all, was sent since `since`. */
    sentBefore: async (person: string, count: number, since: Date, kind?: Kind): Promise<Date | undefined> => {
      const found = await mails
        .find({ person, sentAt: { $gt: since }, ...(kind ? { kind } : {}) }, { projection: { sentAt: 1 } })
        .sort({ sentAt: -1 })
        .skip(count - 1)
        .limit(1)
        .toArray()
      return found[0]?.sentAt
    },

    sent: (mail: Mail, now: Date) => settle(mail, { status: 'sent', sentAt: now }),
    /** It shall not be sent at all: there is nobody, or nobody who wants it. */
    withhold: (mail: Mail) => settle(mail, { status: 'withheld' }),
    refuse: (mail: Mail) => settle(mail, { status: 'refused' }),

    /** Not now; after days of that, never. @returns when it is due again, unless it was given up */
    postpone: async (mail: Mail, now: Date, until?: Date): Promise<Date | undefined> => {
      if (now.getTime() - mail.createdAt.getTime() > giveUpAfterMs) {
        await settle(mail, { status: 'given_up' })
        return undefined
      }
      const nextAttemptAt = until ?? new Date(now.getTime() + pauseMs(mail.attempts))
      await settle(mail, { nextAttemptAt })
      return nextAttemptAt
    },

    /** How many are owed, counted up to a thousand, and since when the oldest of them is due. */
    backlog: async (now: Date): Promise<{ count: number; dueSince: Date | undefined }> => {
      const bound = { maxTimeMS: 1_000 }
      const [count, oldest] = await Promise.all([
        mails.countDocuments({ status: 'owed' }, { ...bound, limit: 1_000 }),
        mails.findOne({ status: 'owed', nextAttemptAt: { $lte: now } }, { ...bound, sort: { nextAttemptAt: 1 } }),
      ])
      return { count, dueSince: oldest?.nextAttemptAt }
    },

    /** Nothing is owed any more to an account that is erased. */
    forget: async (userId: string, session?: ClientSession): Promise<void> => {
      await mails.deleteMany({ person: userId, status: 'owed' }, session ? { session } : {})
    },
  }
}

export type Mails = ReturnType<typeof openMails>
