import { inTransaction } from '@fairpass/sdk/mongo'
import type { Log } from '@fairpass/sdk/telemetry'
import type { ClientSession, Db } from 'mongodb'
import { createAuthentication } from './authentication.ts'
import { type Ceremony, type InSameTransaction, type Passkey, passkeysOf } from './ceremony.ts'
import { openChallenges } from './challenges.ts'
import { createRegistration } from './registration.ts'

type Options = { publicOrigin: string; log: Log }

/**
 * Passkeys (WebAuthn level 3): the authenticator proves that it is there, and that its owner unlocked it, so one is two
 * factors at once. They are found by themselves, without a name being typed.
 */
export const openPasskeys = (db: Db, { publicOrigin, log }: Options) => {
  const passkeys = db.collection<Passkey>('passkeys')
  const challenges = openChallenges(db)
  const expected = { expectedOrigin: publicOrigin, expectedRPID: new URL(publicOrigin).hostname }
  const ceremony: Ceremony = { db, passkeys, challenges, expected, log }

  return {
    ...createRegistration(ceremony),
    ...createAuthentication(ceremony),

    ensureIndexes: async () => {
      await passkeys.createIndex({ userId: 1, createdAt: 1 }, { name: 'user' })
      await challenges.ensureIndexes()
    },

    list: async (userId: string) =>
      (await passkeysOf(passkeys, userId)).map(({ _id, name, createdAt, usedAt }) => ({
        id: _id,
        name,
        createdAt,
        usedAt,
      })),

    has: async (userId: string): Promise<boolean> => (await passkeys.findOne({ userId })) !== null,

    /** @returns false when the user has no such passkey */
    remove: (userId: string, id: string, beside: InSameTransaction): Promise<boolean> =>
      inTransaction(db, async (session) => {
        const { deletedCount } = await passkeys.deleteOne({ _id: id, userId }, { session })
        if (deletedCount === 1) await beside(session)
        return deletedCount === 1
      }),

    forget: async (userId: string, session: ClientSession): Promise<void> => {
      await passkeys.deleteMany({ userId }, { session })
    },
  }
}

export type Passkeys = ReturnType<typeof openPasskeys>
