import * as v from 'valibot'
import type { Dapr } from '../dapr/dapr.ts'
import { Bans } from '../dapr/internal.ts'
import type { FairpassEvent } from '../events/events.ts'
import type { User } from './identity.ts'

const Denied = v.record(v.string(), v.object({ bannedAt: v.number(), until: v.number() }))
type Denied = v.InferOutput<typeof Denied>

const key = 'deny-list'
const maxAttempts = 10

const unexpired = (list: Denied): Denied =>
  Object.fromEntries(Object.entries(list).filter(([, { until }]) => until > Date.now()))

/** Events arrive in any order: a later ban stays. */
const withBan = (list: Denied, userId: string, ban: Denied[string]): Denied => {
  const known = list[userId]
  return known && known.bannedAt > ban.bannedAt ? list : { ...list, [userId]: ban }
}

const without = (list: Denied, { id, at }: { id: string; at: string }): Denied => {
  const { [id]: ban, ...rest } = list
  return ban && ban.bannedAt > new Date(at).getTime() ? list : rest
}

/**
 * Who was banned, or erased their account, while a token of theirs may still live. Bans arrive as events, at one
 * replica; the list is in the state store, from which each replica reads it (`receive`). It survives restarts, is
 * filled again from auth when the state store lost it, and drops a ban once every token from before it has expired.
 */
export const createDenyList = ({ dapr, tokenSeconds }: { dapr: Dapr; tokenSeconds: number }) => {
  let denied: Denied = {}

  const entry = (bannedAt: Date) => ({
    bannedAt: bannedAt.getTime(),
    until: bannedAt.getTime() + (tokenSeconds + 5) * 1000,
  })

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
    change((list) => withBan(list, data.id, entry(new Date(data.at))))

  const receive = async (stored: unknown, bound: { timeoutMs?: number } = {}) => {
    if (stored !== undefined) {
      denied = v.parse(Denied, stored)
      return
    }
    const { bans } = await dapr.invoke('auth', 'internal/bans', Bans, bound)
    denied = unexpired(Object.fromEntries(bans.map(({ userId, bannedAt }) => [userId, entry(new Date(bannedAt))])))
    await dapr.saveState(key, denied, undefined)
  }

  return {
    key,
    /** Takes over what the state store has under `key`; undefined when it has lost it. */
    receive,
    isDenied: (user: User) => {
      const ban = denied[user.id]
      return ban !== undefined && user.issuedAt.getTime() <= ban.bannedAt
    },
    handlers: {
      'user.banned': deny,
      'user.erased': deny,
      'user.unbanned': ({ data }: FairpassEvent<'user.unbanned'>) => change((list) => without(list, data)),
    },
  }
}
