import type { Tickets } from '../domain/schemas/ticket.ts'
import type { Loaded } from '../queries/loaded.ts'
import type { Parts } from '../server/parts.ts'

/** No event arrives here when a ticket is sold, so older answers are not used. */
const freshMs = 1_000
// The number of different searches is unbounded.
const maxEntries = 200

/**
 * Pages of the listing that this isolate has read within the last second. Values alone are kept: an isolate's calls belong to
 * the visitor for whom they were made, and a request that waited for another visitor's call would wait for ever once that one
 * has left.
 */
export const createListingCache = (now = () => performance.now()): Parts['listings'] => {
  const entries = new Map<string, { at: number; value: Loaded<Tickets> }>()
  let cleared = 0
  return {
    read: async (key, ask) => {
      const known = entries.get(key)
      if (known && now() - known.at < freshMs) return known.value
      // As old as the question, and not as the answer.
      const at = now()
      const clearedBefore = cleared
      const value = await ask()
      if (entries.size >= maxEntries) entries.clear()
      if (value.ok && cleared === clearedBefore) entries.set(key, { at, value })
      return value
    },
    clear: () => {
      cleared++
      entries.clear()
    },
  }
}
