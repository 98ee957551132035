import { now as timeNow } from '@fairpass/sdk/clock'
import type { Log } from '@fairpass/sdk/telemetry'
import { RefreshTokenInvalidError } from '../domain/account.ts'
import { after, proofOf, type SessionDocuments } from './document.ts'
import type { Ending } from './ending.ts'
import { newSecret, type Presented, parseToken, sha256 } from './refresh-token.ts'

/** How long after a rotation the replaced token, with the Idempotency-Key it was sent with, still gets the lost answer. */
const graceMs = 30_000
/** Either way: a rotation that lies far ahead was made before the clock was set back. */
const isLately = (rotatedAt: Date | undefined, at: Date): rotatedAt is Date =>
  rotatedAt !== undefined && Math.abs(at.getTime() - rotatedAt.getTime()) <= graceMs

type Deps = { ending: Ending; lifetimeSeconds: number; log: Log }

/**
 * How many rotations of each session are under way here: requests that arrive meanwhile cannot have seen their answers.
 */
const createRotating = () => {
  const counts = new Map<string, number>()
  return {
    has: (sessionId: string) => counts.has(sessionId),
    during: async <T>(sessionId: string, work: () => Promise<T>): Promise<T> => {
      counts.set(sessionId, (counts.get(sessionId) ?? 0) + 1)
      try {
        return await work()
      } finally {
        const others = (counts.get(sessionId) ?? 1) - 1
        if (others > 0) counts.set(sessionId, others)
        else counts.delete(sessionId)
      }
    },
  }
}

/** Writes a new token over the current one, in one atomic write. @returns the session, unless the token was another */
const replaceToken = async (
  { raw }: SessionDocuments,
  { sessionId, hash }: Presented,
  secret: string,
  lifetimeSeconds: number,
) => {
  const now = timeNow()
  return raw.findOneAndUpdate({ _id: sessionId, tokenHash: hash, expiresAt: { $gt: now } }, [
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
}

/** Refresh tokens: presented, and replaced by the next. */
export const createRotation = (documents: SessionDocuments, { ending, lifetimeSeconds, log }: Deps) => {
  const { find, end } = ending
  const rotating = createRotating()

  /** Ends the family, unless the token was replaced while this request was on its way. */
  const refuse = async ({ sessionId, at, isRotating, wasCurrent }: Presented, rotatedAt: Date | undefined) => {
    const isConcurrent = wasCurrent || isRotating || (isLately(rotatedAt, at) && at <= rotatedAt)
    if (!isConcurrent) {
      await end(sessionId)
      log.warn({ sessionId }, 'a refresh token was used again; its family has ended')
    }
    return new RefreshTokenInvalidError()
  }

  return {
    /**
     * Checks a refresh token before anything else is done for it.
     * @param canReplay whether the request may be the repeat of one whose answer was lost
     * @throws RefreshTokenInvalidError, the family having ended when the token had been used
     */
    authenticateRefresh: async (token: string | undefined, canReplay: boolean): Promise<Presented> => {
      const at = timeNow()
      const parsed = parseToken(token)
      if (!parsed) throw new RefreshTokenInvalidError()
      const { sessionId, hash } = parsed
      const isRotating = rotating.has(sessionId)
      const session = await find(sessionId)
      if (!session) throw new RefreshTokenInvalidError()
      const { tokenHash, previousHash, rotatedAt } = session
      const presented = { sessionId, hash, at, isRotating, wasCurrent: hash === tokenHash }
      const isLatelyReplaced = hash === previousHash && isLately(rotatedAt, at)
      if (presented.wasCurrent || (canReplay && isLatelyReplaced)) return presented
      throw await refuse(presented, rotatedAt)
    },

    /**
     * Replaces the token by a new one.
     * @throws RefreshTokenInvalidError as `authenticateRefresh` does
     */
    rotate: async (presented: Presented) => {
      const { sessionId } = presented
      const secret = newSecret()
      const rotated = await rotating.during(sessionId, () =>
        replaceToken(documents, presented, secret, lifetimeSeconds),
      )
      if (!rotated) throw await refuse(presented, (await find(sessionId))?.rotatedAt)
      return { userId: rotated.userId, sessionId, refreshToken: `${sessionId}.${secret}`, ...proofOf(rotated) }
    },
  }
}
