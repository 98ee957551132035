import * as v from 'valibot'
import { clockSkewSeconds, now } from '../clock.ts'
import type { Dapr } from '../dapr/dapr.ts'
import type { FairpassEvent } from '../events/events.ts'
import type { User } from './identity.ts'

/** Until when a token of each session may live, in milliseconds since 1970. */
const Ended = v.record(v.string(), v.number())
type Ended = v.InferOutput<typeof Ended>

const key = 'ended-sessions'
const maxAttempts = 10
/**
 * Replicas read the whole list at once. Beyond this the oldest entry is dropped, and that session ends with its token
 * and not at once.
 */
const maxSessions = 2_000

const latest = (ended: Ended): Ended =>
  Object.fromEntries(
    Object.entries(ended)
      .filter(([, until]) => until > now().getTime())
      .toSorted(([, one], [, other]) => other - one)
      .slice(0, maxSessions),
  )

/**
 * Sessions that were ended while an access token of theirs may still live: signed out, ended from another device or by a
 * new password (OWASP ASVS 5.0, 7.4.1). Shared by the replicas through the state store, as the deny list is.
 */
export const createEndedSessions = ({ dapr, tokenSeconds }: { dapr: Dapr; tokenSeconds: number }) => {
  let ended: Ended = {}

  const add = async ({ data }: FairpassEvent<'session.ended'>): Promise<void> => {
    const until = new Date(data.at).getTime() + (tokenSeconds + clockSkewSeconds) * 1000
    ended = latest({ ...ended, [data.id]: until })
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const stored = await dapr.getState(key, Ended)
      const next = latest({ ...(stored?.value ?? ended), [data.id]: until })
      if (await dapr.saveState(key, next, stored?.etag)) {
        ended = next
        return
      }
    }
    throw new Error('the ended sessions could not be written; the event is delivered again')
  }

  return {
    key,
    /**
     * Takes over what the state store has under `key`; undefined: it has lost it, and what is in memory remains valid.
     */
    receive: async (stored: unknown): Promise<void> => {
      if (stored !== undefined) ended = v.parse(Ended, stored)
    },
    isEnded: ({ sessionId }: User): boolean => (ended[sessionId] ?? 0) > now().getTime(),
    handlers: { 'session.ended': add },
  }
}
