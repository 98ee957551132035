import { createHash, randomBytes } from 'node:crypto'
import { event } from '@fairpass/sdk/events'
import { openCollection, type PublishAll } from '@fairpass/sdk/mongo'
import type { Log } from '@fairpass/sdk/telemetry'
import type { Db } from 'mongodb'
import { RefreshTokenInvalidError } from '../domain/account.ts'

/** A device that is signed in. Its refresh tokens, each replaced by the next, are one family under the session's id. */
type SessionDocument = {
  id: string
  version: number
  userId: string
  tokenHash: string
  previousHash?: string
  rotatedAt?: Date
  device: string
  createdAt: Date
  lastSeenAt: Date
  expiresAt: Date
  /** it is kept until the last access token of it is over, so that the others are told */
  endedAt?: Date
  /** when its owner last proved who they are; sessions from before that was noted, when they were opened */
  authenticatedAt?: Date
  /** with a code of an app, or a passkey */
  isMultiFactor?: boolean
  /** however often it is renewed; sessions from before there was such an end have none */
  endsAt?: Date
}

/** A refresh token as it came in, and what was true when it came. */
export type Presented = { sessionId: string; hash: string; at: Date; isRotating: boolean; wasCurrent: boolean }

type Opening = { userId: string; device: string; now: Date; isMultiFactor?: boolean }

/** How, and how long ago, somebody proved who they are. */
export type Proof = { authenticatedAt: Date; isMultiFactor: boolean }

const proofOf = ({ authenticatedAt, createdAt, isMultiFactor = false }: Omit<SessionDocument, 'id'>): Proof => ({
  authenticatedAt: authenticatedAt ?? createdAt,
  isMultiFactor,
})

type Options = {
  /** how long a session lives without being renewed */
  lifetimeSeconds: number
  /** how long it lives at all */
  longestSeconds: number
  /** how long an access token of it lives */
  tokenSeconds: number
  publishAll: PublishAll
  log: Log
}

/** More than anybody has; the ones seen longest ago give way. */
const maxSessions = 100
const maxDeviceLength = 200

/** How long after a rotation the replaced token, with the Idempotency-Key it was sent with, still gets the lost answer. */
const graceMs = 30_000

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const newSecret = () => randomBytes(32).toString('base64url')

/** Nobody can guess it: naming it in a wrong token ends the session. */
const newSessionId = () => randomBytes(12).toString('hex')

const parseToken = (token: string | undefined) => {
  const [, sessionId, secret] = /^([0-9a-f]{24})\.([A-Za-z0-9_-]{43})$/.exec(token ?? '') ?? []
  return sessionId && secret ? { sessionId, hash: sha256(secret) } : undefined
}

/** The session that a refresh token names, whether or not it is good. */
export const sessionIdOf = (token: string | undefined): string | undefined => parseToken(token)?.sessionId

/**
 * Sessions and their refresh tokens: 256 random bits, stored hashed, each good once (RFC 9700, 4.14.2). A token that is
 * not the current one has been used before, perhaps by a thief, so it ends the whole family. Two requests with the same
 * token at the same time are no theft: one wins, the other is refused.
 */
export const openSessions = (db: Db, { lifetimeSeconds, longestSeconds, tokenSeconds, publishAll, log }: Options) => {
  const documents = openCollection<SessionDocument>(db, 'sessions', {
    publishAll,
    indexes: [
      { key: { expiresAt: 1 }, name: 'expired', expireAfterSeconds: 0 },
      { key: { userId: 1, lastSeenAt: -1 }, name: 'user' },
    ],
  })
  const { raw } = documents
  /** how many rotations of a session are under way here: who comes meanwhile cannot have seen their answers */
  const rotating = new Map<string, number>()

  const after = (now: Date, seconds: number) => new Date(now.getTime() + seconds * 1000)

  /** Of what has ended only that is kept which the others have to hear: it is no session any more. */
  const ended = ({ id, version, userId, createdAt, lastSeenAt }: SessionDocument, now: Date): SessionDocument => ({
    ...{ id, version, userId, createdAt, lastSeenAt, tokenHash: '', device: '', endedAt: now },
    expiresAt: after(now, tokenSeconds),
  })

  const end = async (sessionId: string): Promise<void> => {
    const now = new Date()
    await documents.change(
      sessionId,
      (session) => (session.endedAt ? session : ended(session, now)),
      ({ id, version }) => [event('session.ended', { id, version, at: now.toISOString() })],
    )
  }

  /** Ends the family, unless the token was replaced while this request was on its way. */
  const refuse = async ({ sessionId, at, isRotating, wasCurrent }: Presented, rotatedAt: Date | undefined) => {
    const isConcurrent = wasCurrent || isRotating || (rotatedAt !== undefined && at <= rotatedAt)
    if (!isConcurrent) {
      await end(sessionId)
      log.warn({ sessionId }, 'a refresh token was used again; its family has ended')
    }
    return new RefreshTokenInvalidError()
  }

  const find = async (sessionId: string) => {
    const session = await documents.find(sessionId)
    return session && !session.endedAt && session.expiresAt > new Date() ? session : undefined
  }

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

    /**
     * Looks at a refresh token before anything else is done for it.
     * @param canReplay whether the request may be the repeat of one whose answer was lost
     * @throws RefreshTokenInvalidError, the family having ended when the token had been used
     */
    authenticateRefresh: async (token: string | undefined, canReplay: boolean): Promise<Presented> => {
      const at = new Date()
      const parsed = parseToken(token)
      if (!parsed) throw new RefreshTokenInvalidError()
      const { sessionId, hash } = parsed
      const isRotating = rotating.has(sessionId)
      const session = await find(sessionId)
      if (!session) throw new RefreshTokenInvalidError()
      const { tokenHash, previousHash, rotatedAt } = session
      const presented = { sessionId, hash, at, isRotating, wasCurrent: hash === tokenHash }
      const isLatelyReplaced = hash === previousHash && at.getTime() - (rotatedAt?.getTime() ?? 0) <= graceMs
      if (presented.wasCurrent || (canReplay && isLatelyReplaced)) return presented
      throw await refuse(presented, rotatedAt)
    },

    /**
     * Replaces the token by a new one, in one atomic write.
     * @throws RefreshTokenInvalidError as `admit` does
     */
    rotate: async (presented: Presented) => {
      const { sessionId, hash } = presented
      const secret = newSecret()
      const now = new Date()
      rotating.set(sessionId, (rotating.get(sessionId) ?? 0) + 1)
      try {
        const rotated = await raw.findOneAndUpdate({ _id: sessionId, tokenHash: hash, expiresAt: { $gt: now } }, [
          {
            $set: {
              tokenHash: sha256(secret),
              previousHash: hash,
              rotatedAt: now,
              lastSeenAt: now,
              expiresAt: { $min: [after(now, lifetimeSeconds), '$endsAt'] },
              version: { $add: ['$version', 1] },
            },
          },
        ])
        if (rotated)
          return { userId: rotated.userId, sessionId, refreshToken: `${sessionId}.${secret}`, ...proofOf(rotated) }
      } finally {
        const others = (rotating.get(sessionId) ?? 1) - 1
        if (others > 0) rotating.set(sessionId, others)
        else rotating.delete(sessionId)
      }
      throw await refuse(presented, (await find(sessionId))?.rotatedAt)
    },

    end,

    isOpen: async (sessionId: string): Promise<boolean> => (await find(sessionId)) !== undefined,

    /** Its owner has proved again who they are. @returns what is known of that now; undefined when it is over */
    reauthenticated: async (sessionId: string, isMultiFactor: boolean): Promise<Proof | undefined> => {
      const changed = await raw.findOneAndUpdate(
        { _id: sessionId, endedAt: { $exists: false } },
        {
          $set: { authenticatedAt: new Date(), ...(isMultiFactor ? { isMultiFactor } : {}) },
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

    /** Ends the family of a refresh token, whichever of its tokens it is. */
    endByToken: async (token: string | undefined): Promise<boolean> => {
      const parsed = parseToken(token)
      if (parsed) await end(parsed.sessionId)
      return parsed !== undefined
    },

    /** @returns false when the user has no such session */
    endOwn: async (sessionId: string, userId: string): Promise<boolean> => {
      if ((await find(sessionId))?.userId !== userId) return false
      await end(sessionId)
      return true
    },

    endOthers: async (userId: string, except: string): Promise<void> => {
      const others = await raw
        .find({ userId, _id: { $ne: except }, endedAt: { $exists: false } }, { projection: { _id: 1 } })
        .limit(2 * maxSessions)
        .toArray()
      for (const { _id } of others) await end(_id)
    },

    /** Ends what was opened before, each told to the other services. */
    endBefore: async (userId: string, before: Date): Promise<void> => {
      const old = await raw
        .find({ userId, createdAt: { $lt: before }, endedAt: { $exists: false } }, { projection: { _id: 1 } })
        .limit(2 * maxSessions)
        .toArray()
      for (const { _id } of old) await end(_id)
    },

    /** For accounts that are banned or erased, of which the others hear anyway. */
    endAll: async (userId: string): Promise<void> => {
      await raw.deleteMany({ userId })
    },

    /** The user's devices, the one seen last first. */
    list: async (userId: string) => {
      const found = await documents.list(
        { userId, endedAt: { $exists: false }, expiresAt: { $gt: new Date() } },
        { sort: { lastSeenAt: -1 }, limit: maxSessions },
      )
      return found.map(({ id, device, createdAt, lastSeenAt }) => ({ id, device, createdAt, lastSeenAt }))
    },
  }
}

export type Sessions = ReturnType<typeof openSessions>
