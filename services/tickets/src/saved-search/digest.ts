import { VersionConflictError } from '@fairpass/sdk/errors'
import { parse } from '@fairpass/sdk/http'
import { Search } from '../domain/search.ts'
import type { Tickets } from '../store.ts'
import { digestEveryMs, newsIn, type SavedSearches } from './store.ts'

/** The most listings in a mail, and the most searches in a run; the others follow in later runs. */
const maxTickets = 10
const batch = 100
/** Every search is looked at within an hour of the look before, unless nobody looks at any. */
const lateWithinMs = 2 * digestEveryMs

type Deps = { savedSearches: SavedSearches; tickets: Pick<Tickets, 'search' | 'searchLate'> }

/** Searches for new listings for saved searches. */
export const lookForNews = async ({ savedSearches, tickets }: Deps, now = new Date()): Promise<void> => {
  for (let turn = 0; turn < batch; turn++) {
    const search = await savedSearches.takeDue(now)
    if (!search) return
    const asked = parse(Search, { ...search.query, status: 'available', sort: 'newest', limit: `${maxTickets}` })
    const [late, { tickets: newest }] = await Promise.all([
      tickets.searchLate(asked, new Date(now.getTime() - lateWithinMs), now),
      tickets.search(asked, now),
    ])
    const found = new Map([...late, ...newest].map((ticket) => [ticket.id, ticket]))
    const news = newsIn(search, [...found.values()]).slice(0, maxTickets)
    if (news.length === 0) continue
    try {
      await savedSearches.tell(search, news, now)
    } catch (error) {
      // Ended meanwhile, or processed by another replica because this took very long.
      if (!(error instanceof VersionConflictError)) throw error
    }
  }
}
