import { now as timeNow } from '@fairpass/sdk/clock'
import { AccountBannedError } from '@fairpass/sdk/errors'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Accounts } from '../account/store.ts'
import type { AuthConfig } from '../config.ts'
import type { Contacts } from '../contact/store.ts'
import { type Account, InvalidCredentialsError, RefreshTokenInvalidError } from '../domain/account.ts'
import { createSessionCookies } from './cookies.ts'
import type { Proof } from './document.ts'
import type { KnownDevices } from './known-devices.ts'
import type { Sessions } from './store.ts'
import type { Tokens } from './tokens.ts'

type Entry = { userId: string; sessionId: string; refreshToken: string } & Proof
type Deps = {
  config: Pick<
    AuthConfig,
    | 'PUBLIC_ORIGIN'
    | 'ACCESS_TOKEN_SECONDS'
    | 'REFRESH_TOKEN_SECONDS'
    | 'REQUIRE_CONFIRMED_EMAIL'
    | 'ADMIN_SECOND_FACTOR'
  >
  accounts: Pick<Accounts, 'find'>
  sessions: Sessions
  tokens: Tokens
  devices: KnownDevices
  contacts: Pick<Contacts, 'isConfirmed'>
}

/** Issues access tokens, which list what the account still has to do before it may do all that its role may. */
const createAccess = ({ config, contacts, tokens }: Pick<Deps, 'config' | 'contacts' | 'tokens'>) => {
  const needsOf = async ({ id, email, role }: Account, { isMultiFactor }: Proof): Promise<string[]> => {
    const isUnconfirmed = config.REQUIRE_CONFIRMED_EMAIL && !(await contacts.isConfirmed(id, email))
    const isUnproven = config.ADMIN_SECOND_FACTOR && role === 'admin' && !isMultiFactor
    return [...(isUnconfirmed ? ['email_confirmation'] : []), ...(isUnproven ? ['second_factor'] : [])]
  }

  return async (account: Account, sessionId: string, proof: Proof, now: Date): Promise<string> => {
    const { id, role } = account
    const { authenticatedAt } = proof
    return tokens.issue({ id, role, sessionId, authenticatedAt, needs: await needsOf(account, proof) }, now)
  }
}

/**
 * Why a sign-in is refused after all.
 * @param known the account as it was when its password was found to be right
 */
const refusalOf = (account: Account | undefined, known: Account | undefined) => {
  if (!account) return new RefreshTokenInvalidError()
  if (account.status !== 'active') return new AccountBannedError()
  // The password was changed meanwhile, and all sessions from before have ended.
  return known && account.version !== known.version ? new InvalidCredentialsError() : undefined
}

/** Signs a user in: a session, its two cookies, and a mail when the device is new. */
export const createSessionIssuer = ({ config, accounts, sessions, tokens, devices, contacts }: Deps) => {
  const cookies = createSessionCookies(config)

  const accessFor = createAccess({ config, contacts, tokens })

  /** The account is read when the session is there already: a ban from now on finds the session, an earlier one is seen. */
  const enter = async (
    c: Context,
    { userId, sessionId, refreshToken, ...proof }: Entry,
    known?: Account,
  ): Promise<Account> => {
    const now = timeNow()
    const account = await accounts.find(userId)
    const refusal = refusalOf(account, known)
    if (!account || refusal) {
      await sessions.end(sessionId)
      throw refusal
    }
    const access = await accessFor(account, sessionId, proof, now)
    cookies.set(c, { access, refresh: refreshToken })
    return account
  }

  return {
    cookies,
    enter,

    /** @param isNew whether the account was made just now, by this very device */
    signIn: async (c: Context, account: Account, { isNew = false, isMultiFactor = false } = {}): Promise<Account> => {
      const userId = account.id
      const device = c.req.header('user-agent') ?? ''
      const before = cookies.refreshToken(c)
      const entered = await enter(
        c,
        { userId, ...(await sessions.open({ userId, device, now: timeNow(), isMultiFactor })) },
        account,
      )
      // Ends the session that this browser had before (OWASP ASVS 5.0, 7.2.4).
      await sessions.endByToken(before)
      await devices.seen(userId, device, { isNew })
      return entered
    },

    /** A new access token for a session of which something has changed: its proof, or what its account needs. */
    renewAccess: async (c: Context, userId: string, sessionId: string): Promise<void> => {
      const [account, proof] = await Promise.all([accounts.find(userId), sessions.proof(sessionId)])
      if (account && proof) cookies.setAccess(c, await accessFor(account, sessionId, proof, timeNow()))
    },
  }
}

export type SessionIssuer = ReturnType<typeof createSessionIssuer>

/** Answers for one visitor are not cached. */
export const notStored = createMiddleware(async (c, next) => {
  await next()
  if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store')
})
