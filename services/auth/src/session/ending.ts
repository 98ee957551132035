import { now as timeNow } from '@fairpass/sdk/clock'
import { event } from '@fairpass/sdk/events'
import type { Filter } from 'mongodb'
import { after, type SessionDocument, type SessionDocuments } from './document.ts'
import { parseToken } from './refresh-token.ts'

type StoredSession = Omit<SessionDocument, 'id'> & { _id: string }

/** How many sessions are ended at once. */
const batch = 200

/** Keeps of an ended session only what the other services need; it signs nobody in. */
const ended = (
  { id, version, userId, createdAt, lastSeenAt }: SessionDocument,
  now: Date,
  tokenSeconds: number,
): SessionDocument => ({
  ...{ id, version, userId, createdAt, lastSeenAt, tokenHash: '', device: '', endedAt: now },
  expiresAt: after(now, tokenSeconds),
})

/** The session of an id, while it is open. */
const createFind = (documents: SessionDocuments) => async (sessionId: string) => {
  const session = await documents.find(sessionId)
  return session && !session.endedAt && session.expiresAt > timeNow() ? session : undefined
}

/** Finds open sessions, and ends them with an event for the other services. */
export const createEnding = (documents: SessionDocuments, tokenSeconds: number) => {
  const { raw } = documents
  const find = createFind(documents)

  const end = async (sessionId: string): Promise<void> => {
    const now = timeNow()
    await documents.change(
      sessionId,
      (session) => (session.endedAt ? session : ended(session, now, tokenSeconds)),
      ({ id, version }) => [event('session.ended', { id, version, at: now.toISOString() })],
    )
  }

  const endWhere = async (filter: Filter<StoredSession>): Promise<void> => {
    const found = await raw
      .find({ ...filter, endedAt: { $exists: false } }, { projection: { _id: 1 } })
      .limit(batch)
      .toArray()
    for (const { _id } of found) await end(_id)
  }

  return {
    find,
    end,

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

    endOthers: (userId: string, except: string) => endWhere({ userId, _id: { $ne: except } }),

    /** Ends the sessions that were opened before, each with an event. */
    endBefore: (userId: string, before: Date) => endWhere({ userId, createdAt: { $lt: before } }),

    /** For accounts that are banned or erased, about which there is another event. */
    endAll: async (userId: string): Promise<void> => {
      await raw.deleteMany({ userId })
    },
  }
}

export type Ending = ReturnType<typeof createEnding>
