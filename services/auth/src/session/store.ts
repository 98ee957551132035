import { randomBytes } from 'node:crypto'
import { now as timeNow } from '@fairpass/sdk/clock'
import { openCollection } from '@fairpass/sdk/mongo'
import type { Db, IndexDescription } from 'mongodb'
import {
  after,
  type Proof,
  proofOf,
  type SessionDocument,
  type SessionDocuments,
  type SessionOptions,
} from './document.ts'
import { createEnding, type Ending } from './ending.ts'
import { newSecret, sha256 } from './refresh-token.ts'
import { createRotation } from './rotation.ts'

type Opening = { userId: string; device: string; now: Date; isMultiFactor?: boolean }

/** More than anybody has; beyond it the least recently seen are ended. */
const maxSessions = 100
const maxDeviceLength = 200

/** Nobody can guess it: naming it in a wrong token ends the session. */
const newSessionId = () => randomBytes(12).toString('hex')

const indexes: IndexDescription[] = [
  { key: { expiresAt: 1 }, name: 'expired', expireAfterSeconds: 0 },
  { key: { userId: 1, lastSeenAt: -1 }, name: 'user' },
]

/** How and when the user of a session authenticated. */
const createProofs = ({ raw }: SessionDocuments, find: Ending['find']) => ({
  /**
   * Notes that the user has authenticated again.
   * @returns the session's proof; undefined when the session is over
   */
  reauthenticated: async (sessionId: string, isMultiFactor: boolean): Promise<Proof | undefined> => {
    const changed = await raw.findOneAndUpdate(
      { _id: sessionId, endedAt: { $exists: false } },
      {
        $set: { authenticatedAt: timeNow(), ...(isMultiFactor ? { isMultiFactor } : {}) },
        $inc: { version: 1 },
      },
      { returnDocument: 'after' },
    )
    return changed ? proofOf(changed) : undefined
  },

  proof: async (sessionId: string): Promise<Proof | undefined> => {
    const session = await find(sessionId)
    return session && proofOf(session)
  },
})

/** The user's devices, the one seen last first. */
const listDevices = async (documents: SessionDocuments, userId: string) => {
  const found = await documents.list(
    { userId, endedAt: { $exists: false }, expiresAt: { $gt: timeNow() } },
    { sort: { lastSeenAt: -1 }, limit: maxSessions },
  )
  return found.map(({ id, device, createdAt, lastSeenAt }) => ({ id, device, createdAt, lastSeenAt }))
}

/**
 * Sessions and their refresh tokens: 256 random bits, stored hashed, each good once (RFC 9700, 4.14.2). A token that is
 * not the current one has been used before, perhaps by a thief, so it ends the whole family. Two requests with the same
 * token at the same time are no theft: one wins, the other is refused.
 */
export const openSessions = (db: Db, options: SessionOptions) => {
  const { lifetimeSeconds, longestSeconds, tokenSeconds, publishAll, log } = options
  const documents = openCollection<SessionDocument>(db, 'sessions', { publishAll, indexes })
  const { raw } = documents
  const ending = createEnding(documents, tokenSeconds)
  const { find, ...ends } = ending

  const endSurplus = async (userId: string) => {
    const surplus = await raw
      .find({ userId, endedAt: { $exists: false } }, { projection: { _id: 1 } })
      .sort({ lastSeenAt: -1 })
      .skip(maxSessions)
      .limit(maxSessions)
      .toArray()
    if (surplus.length > 0) await raw.deleteMany({ _id: { $in: surplus.map(({ _id }) => _id) } })
  }

  return {
    ...ends,
    ...createRotation(documents, { ending, lifetimeSeconds, log }),
    ...createProofs(documents, find),
    ensureIndexes: documents.ensureIndexes,
    relay: documents.relay,

    /** Signs a device in. */
    open: async ({ userId, device, now, isMultiFactor = false }: Opening) => {
      const secret = newSecret()
      const { id } = await documents.insert({
        id: newSessionId(),
        userId,
        tokenHash: sha256(secret),
        device: device.slice(0, maxDeviceLength),
        createdAt: now,
        lastSeenAt: now,
        authenticatedAt: now,
        isMultiFactor,
        expiresAt: after(now, Math.min(lifetimeSeconds, longestSeconds)),
        endsAt: after(now, longestSeconds),
      })
      await endSurplus(userId)
      return { sessionId: id, refreshToken: `${id}.${secret}`, authenticatedAt: now, isMultiFactor }
    },

    isOpen: async (sessionId: string): Promise<boolean> => (await find(sessionId)) !== undefined,

    list: (userId: string) => listDevices(documents, userId),
  }
}

export type Sessions = ReturnType<typeof openSessions>
