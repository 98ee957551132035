import { createBatcher } from '@fairpass/sdk/batcher'
import { clockSkewSeconds } from '@fairpass/sdk/clock'
import { newId } from '@fairpass/sdk/mongo'
import type { Collection, Filter } from 'mongodb'
import { giveUpAfterMs, leaseMs, longestWaitMs, type Mail, pauseMs } from './mail.ts'

export type StoredMail = Omit<Mail, 'id'> & { _id: string }

/** Fields that are removed once a mail was sent or given up. */
const personal = { recipient: '', data: '', leaseId: '' } as const

const toMail = ({ _id, ...rest }: StoredMail): Mail => ({ id: _id, ...rest })

const byAge = (one: StoredMail, other: StoredMail) =>
  one.createdAt.getTime() - other.createdAt.getTime() || (one._id < other._id ? -1 : 1)

/** Records the outcome of leased mails, several in one write. */
const createSettling = (mails: Collection<StoredMail>) => {
  /** Records the outcome of mails that were leased together, unless another replica has leased one since. */
  const settle = async (taken: readonly Mail[], change: Partial<StoredMail>, taking = {}): Promise<void> => {
    for (const [leaseId, some] of Map.groupBy(taken, (mail) => mail.leaseId ?? ''))
      await mails.updateMany(
        { _id: { $in: some.map(({ id }) => id) }, leaseId, status: 'owed' },
        change.status === undefined ? { $set: change, ...taking } : { $set: change, $unset: personal },
      )
  }

  /** Those that are sent within a moment are noted together. */
  const noteSent = createBatcher<{ mail: Mail; at: Date }>((sent) => {
    const [sentAt] = sent.map(({ at }) => at).toSorted((one, other) => other.getTime() - one.getTime())
    const taken = sent.map(({ mail }) => mail)
    const note = () => settle(taken, { status: 'sent', ...(sentAt ? { sentAt } : {}) })
    // The driver tries no updateMany again, as after an election; noting it twice changes nothing.
    return note().catch(note)
  })

  /** Those that have to wait for long, because their people have had enough for now, are put off together. */
  const putOff = createBatcher<{ mail: Mail; until: Date }>(async (held) => {
    const together = Map.groupBy(held, ({ mail: { leaseId }, until }) => `${leaseId} ${until.getTime()}`)
    const updates = [...together.values()].map((some) => ({
      updateMany: {
        filter: {
          _id: { $in: some.map(({ mail }) => mail.id) },
          ...{ leaseId: some[0]?.mail.leaseId ?? '', status: 'owed' as const },
        },
        update: { $set: { nextAttemptAt: some[0]?.until ?? new Date() } },
      },
    }))
    await mails.bulkWrite(updates, { ordered: false })
  })

  return { settle, noteSent, putOff }
}

/**
 * What is due later than anything may be was owed or leased before the clock was set back. A mail that nobody has tried is due
 * when it is owed.
 */
const dueAt = (now: Date): Filter<StoredMail> => ({
  status: 'owed',
  $or: [
    { nextAttemptAt: { $lte: now } },
    { nextAttemptAt: { $gt: new Date(now.getTime() + clockSkewSeconds * 1_000) }, attempts: 0 },
    { nextAttemptAt: { $gt: new Date(now.getTime() + longestWaitMs + clockSkewSeconds * 1_000) } },
  ],
})

/**
 * The queue shared by replicas: a sender leases some mails (`claim`); those of a sender that died are due again when the
 * lease is over.
 */
export const createMailQueue = (mails: Collection<StoredMail>) => {
  const { settle, noteSent, putOff } = createSettling(mails)

  return {
    /** Leases those that are due for longest, at most `limit`. */
    claim: async (now: Date, limit: number): Promise<Mail[]> => {
      const isDue = dueAt(now)
      const due = await mails.find(isDue).sort({ nextAttemptAt: 1 }).limit(limit).toArray()
      if (due.length === 0) return []
      const ofThese = { _id: { $in: due.map(({ _id }) => _id) } }
      const leaseId = newId()
      const lease = { leaseId, nextAttemptAt: new Date(now.getTime() + leaseMs) }
      const { modifiedCount } = await mails.updateMany({ ...ofThese, ...isDue }, { $set: lease, $inc: { attempts: 1 } })
      // Where another replica was quicker with some, those that are ours are read.
      const taken =
        modifiedCount === due.length
          ? due.map((mail) => ({ ...mail, ...lease, attempts: mail.attempts + 1 }))
          : await mails.find({ ...ofThese, leaseId }).toArray()
      return taken.toSorted(byAge).map(toMail)
    },

    /** Releases mails that were leased and not tried: they are due again at once. */
    release: (taken: readonly Mail[], now: Date) =>
      settle(taken, { nextAttemptAt: now }, { $inc: { attempts: -1 }, $unset: { leaseId: '' } }),

    sent: (mail: Mail, at: Date): Promise<void> => noteSent({ mail, at }),
    /** It is not sent at all: there is no recipient, or none who wants it. */
    withhold: (mail: Mail) => settle([mail], { status: 'withheld' }),
    refuse: (mail: Mail) => settle([mail], { status: 'refused' }),

    /** Postpones it, or gives it up after days; returns when it is due again. */
    postpone: async (mail: Mail, now: Date, until?: Date): Promise<Date | undefined> => {
      if (now.getTime() - mail.createdAt.getTime() > giveUpAfterMs) {
        await settle([mail], { status: 'given_up' })
        return undefined
      }
      const waitMs = until ? until.getTime() - now.getTime() : pauseMs(mail.attempts)
      const nextAttemptAt = new Date(now.getTime() + Math.min(waitMs, longestWaitMs))
      await (until ? putOff({ mail, until: nextAttemptAt }) : settle([mail], { nextAttemptAt }))
      return nextAttemptAt
    },
  }
}
