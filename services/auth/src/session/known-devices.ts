import { createHash } from 'node:crypto'
import { now as timeNow } from '@fairpass/sdk/clock'
import { inTransaction, isDuplicateKey } from '@fairpass/sdk/mongo'
import type { ClientSession, Db } from 'mongodb'
import type { Mails } from '../mail/store.ts'

type KnownDevice = { _id: string; userId: string; seenAt: Date }

/** A device that was not seen for a year counts as new. */
const rememberedSeconds = 365 * 24 * 3600
const maxShown = 200

/** A browser that was updated is still the same device. */
const idOf = (userId: string, device: string) =>
  `${userId}:${createHash('sha256').update(device.replace(/\d+/g, '')).digest('hex').slice(0, 32)}`

/**
 * Which kinds of browsers an account was used from, as they call themselves: a sign-in with another one is reported by
 * mail.
 */
export const openKnownDevices = (db: Db, { owe }: Pick<Mails, 'owe'>) => {
  const known = db.collection<KnownDevice>('knownDevices')
  return {
    ensureIndexes: () =>
      known.createIndexes([
        { key: { userId: 1 }, name: 'user' },
        { key: { seenAt: 1 }, name: 'remembered', expireAfterSeconds: rememberedSeconds },
      ]),

    /**
     * Notes a sign-in. One from a device that is new to the account is reported to its owner by mail, in the same
     * transaction.
     */
    seen: async (userId: string, device: string, { isNew }: { isNew: boolean }): Promise<void> => {
      const _id = idOf(userId, device)
      const now = timeNow()
      const { matchedCount } = await known.updateOne({ _id }, { $set: { seenAt: now } })
      if (matchedCount > 0) return
      try {
        await inTransaction(db, async (session) => {
          await known.insertOne({ _id, userId, seenAt: now }, { session })
          if (isNew) return
          const data = { device: device.slice(0, maxShown), at: now.toISOString() }
          const cause = `user:${userId}:device:${_id.split(':')[1]}:${now.getTime()}`
          await owe([{ kind: 'new-sign-in', cause, to: { userId }, data }], { session })
        })
      } catch (error) {
        // Signed in twice at once: the other request has reported it.
        if (!isDuplicateKey(error)) throw error
      }
    },

    forget: async (userId: string, session: ClientSession): Promise<void> => {
      await known.deleteMany({ userId }, { session })
    },
  }
}

export type KnownDevices = ReturnType<typeof openKnownDevices>
