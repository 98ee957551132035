import { VersionConflictError } from '@fairpass/sdk/errors'
import { parse } from '@fairpass/sdk/http'
import { Search } from '../domain/search.ts'
import type { Tickets } from '../store.ts'
import { newsIn, type SavedSearches } from './store.ts'

/** The most listings in a mail, and the most searches in a run; the others follow in later runs. */
const maxTickets = '10'
const batch = 100

type Deps = { savedSearches: SavedSearches; tickets: Pick<Tickets, 'search'> }

/** Searches for new listings for saved searches. */
export const lookForNews = async ({ savedSearches, tickets }: Deps, now = new Date()): Promise<void> => {
  for (let turn = 0; turn < batch; turn++) {
    const search = await savedSearches.takeDue(now)
    if (!search) return
    const asked = parse(Search, { ...search.query, status: 'available', sort: 'newest', limit: maxTickets })
    const { tickets: found } = await tickets.search(asked, now)
    const news = newsIn(search, found)
    if (news.length === 0) continue
    try {
      await savedSearches.tell(search, news, now)
    } catch (error) {
      // Ended meanwhile, or processed by another replica because this took very long.
      if (!(error instanceof VersionConflictError)) throw error
    }
  }
}
