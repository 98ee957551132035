import { randomBytes } from 'node:crypto'
import { now as timeNow } from '@fairpass/sdk/clock'
import type { Db } from 'mongodb'

type Challenge = { _id: string; purpose: 'register' | 'authenticate'; userId?: string; expiresAt: Date }

const lifetimeMs = 5 * 60_000

/** What an authenticator has to sign: each is good once, for five minutes. */
export const openChallenges = (db: Db) => {
  const challenges = db.collection<Challenge>('challenges')
  return {
    ensureIndexes: () => challenges.createIndex({ expiresAt: 1 }, { name: 'expired', expireAfterSeconds: 0 }),

    create: async (purpose: Challenge['purpose'], userId?: string, now = timeNow()): Promise<string> => {
      const challenge = randomBytes(32).toString('base64url')
      const expiresAt = new Date(now.getTime() + lifetimeMs)
      await challenges.insertOne({ _id: challenge, purpose, expiresAt, ...(userId ? { userId } : {}) })
      return challenge
    },

    /**
     * Consumes a challenge.
     * @returns whether it was valid
     */
    use: async (challenge: unknown, purpose: Challenge['purpose'], userId?: string, now = timeNow()) => {
      // What was signed is JSON from outside, so it may be anything, including a query operator of the database.
      if (typeof challenge !== 'string') return false
      const found = await challenges.findOneAndDelete({
        _id: challenge,
        purpose,
        expiresAt: { $gt: now },
        ...(userId ? { userId } : {}),
      })
      return found !== null
    },
  }
}
