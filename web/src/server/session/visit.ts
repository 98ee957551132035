import { CurrentUser, type User } from '../../domain/schemas/account.ts'
import type { Visitor } from '../../domain/visitor.ts'
import type { Catalogue } from '../../i18n/catalogues.ts'
import { loadedFrom } from '../../queries/loaded.ts'
import type { Api } from '../api/api.ts'
import type { Parts } from '../parts.ts'

/** What one page request knows of its visitor and of what was requested. */
export type Visit = Omit<Visitor, 'user' | 'idempotencyKey' | 'now'> & {
  api: Api
  listings: Parts['listings']
  /** null: nobody is signed in; undefined: somebody is, and auth cannot say who right now. */
  user: User | null | undefined
  messages: Catalogue
  /** Set when rendering threw; the page that came of it is not shown. */
  failed: boolean
}

// Every page waits for it: an auth that hangs must not hold up the listing.
const currentUserTimeoutMs = 2000

/** Who is signed in, asked once a request; undefined when auth does not answer. */
export const currentUser = async (api: Api): Promise<User | null | undefined> => {
  const answer = await api('GET', '/api/users/currentuser', { timeoutMs: currentUserTimeoutMs })
  if (answer.status === 401 || answer.status === 403) return null
  const loaded = loadedFrom(CurrentUser, answer)
  return loaded.ok ? loaded.value.currentUser : undefined
}

const privatePaths = /^\/(orders|sales|sell|listings|earnings|account|admin|reauthenticate|searches)(\/|$)/

export const isPrivate = (pathname: string): boolean => privatePaths.test(pathname)
