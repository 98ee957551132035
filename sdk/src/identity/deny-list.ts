import * as v from 'valibot'
import { clockSkewSeconds, now } from '../clock.ts'
import type { Dapr } from '../dapr/dapr.ts'
import { Bans } from '../dapr/internal.ts'
import type { FairpassEvent } from '../events/events.ts'
import type { User } from './identity.ts'

const Denied = v.record(
  v.string(),
  v.object({ bannedAt: v.number(), until: v.number(), version: v.optional(v.number()) }),
)
type Denied = v.InferOutput<typeof Denied>
type Ban = Omit<Denied[string], 'until'>

const key = 'deny-list'
const maxAttempts = 10

const unexpired = (list: Denied): Denied =>
  Object.fromEntries(Object.entries(list).filter(([, { until }]) => until > now().getTime()))

/** By the account's versions, since a clock may be set back; what an earlier release stored has none. */
const isLater = (one: Ban, { bannedAt, version }: Ban): boolean =>
  one.version !== undefined && version !== undefined ? one.version > version : one.bannedAt > bannedAt

/** Events arrive in any order: a later ban stays. */
const withBan = (list: Denied, userId: string, ban: Denied[string]): Denied => {
  const known = list[userId]
  return known && isLater(known, ban) ? list : { ...list, [userId]: ban }
}

const without = (list: Denied, { id, at, version }: { id: string; at: string; version: number }): Denied => {
  const { [id]: ban, ...rest } = list
  return ban && isLater(ban, { bannedAt: new Date(at).getTime(), version }) ? list : rest
}

const createEntry =
  (tokenSeconds: number) =>
  (bannedAt: Date, version?: number): Denied[string] => ({
    bannedAt: bannedAt.getTime(),
    ...(version === undefined ? {} : { version }),
    until: bannedAt.getTime() + (tokenSeconds + clockSkewSeconds) * 1000,
  })

/**
 * Who was banned, or erased their account, while a token of theirs may still live. Bans arrive as events, at one
 * replica; the list is in the state store, from which each replica reads it (`receive`). It survives restarts, is
 * filled again from auth when the state store lost it, and drops a ban once every token from before it has expired.
 */
export const createDenyList = ({ dapr, tokenSeconds }: { dapr: Dapr; tokenSeconds: number }) => {
  let denied: Denied = {}

  const entry = createEntry(tokenSeconds)

  const change = async (change: (list: Denied) => Denied) => {
    denied = change(denied)
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const stored = await dapr.getState(key, Denied)
      // What the state store lost is still in memory here.
      const next = change(unexpired(stored?.value ?? denied))
      if (await dapr.saveState(key, next, stored?.etag)) {
        denied = next
        return
      }
    }
    throw new Error('the deny list could not be written; the event is delivered again')
  }

  const deny = ({ data }: FairpassEvent<'user.banned' | 'user.erased'>) =>
    change((list) => withBan(list, data.id, entry(new Date(data.at), data.version)))

  const receive = async (stored: unknown, bound: { timeoutMs?: number } = {}) => {
    if (stored !== undefined) {
      denied = v.parse(Denied, stored)
      return
    }
    const { bans } = await dapr.invoke('auth', 'internal/bans', Bans, bound)
    denied = unexpired(
      Object.fromEntries(bans.map(({ userId, bannedAt, version }) => [userId, entry(new Date(bannedAt), version)])),
    )
    await dapr.saveState(key, denied, undefined)
  }

  return {
    key,
    /** Takes over what the state store has under `key`; undefined when it has lost it. */
    receive,
    isDenied: (user: User) => {
      const ban = denied[user.id]
      // Whatever may have been issued before it by a service that had not heard of a leap of the clock yet.
      return ban !== undefined && user.issuedAt.getTime() <= ban.bannedAt + clockSkewSeconds * 1000
    },
    handlers: {
      'user.banned': deny,
      'user.erased': deny,
      'user.unbanned': ({ data }: FairpassEvent<'user.unbanned'>) => change((list) => without(list, data)),
    },
  }
}
