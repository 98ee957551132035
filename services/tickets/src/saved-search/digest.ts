import { VersionConflictError } from '@fairpass/sdk/errors'
import { parse } from '@fairpass/sdk/http'
import { Search } from '../domain/search.ts'
import type { Tickets } from '../store.ts'
import { newsIn, type SavedSearches } from './store.ts'

/** A mail has so many at most, and a run looks at so many searches: beyond it they are looked at later, not more at once. */
const maxTickets = '10'
const batch = 100

type Deps = { savedSearches: SavedSearches; tickets: Pick<Tickets, 'search'> }

/** Looks whether there are new listings for what people asked to be told of. */
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
      // Ended meanwhile, or looked at by somebody else because this took very long.
      if (!(error instanceof VersionConflictError)) throw error
    }
  }
}
