import { AccountBannedError } from '@fairpass/sdk/errors'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Accounts } from '../account/store.ts'
import type { AuthConfig } from '../config.ts'
import { type Account, InvalidCredentialsError, RefreshTokenInvalidError } from '../domain/account.ts'
import { createSessionCookies } from './cookies.ts'
import type { KnownDevices } from './known-devices.ts'
import type { Sessions } from './store.ts'
import type { Tokens } from './tokens.ts'

type Entry = { userId: string; sessionId: string; refreshToken: string }
type Deps = {
  config: Pick<AuthConfig, 'PUBLIC_ORIGIN' | 'ACCESS_TOKEN_SECONDS' | 'REFRESH_TOKEN_SECONDS'>
  accounts: Pick<Accounts, 'find'>
  sessions: Sessions
  tokens: Tokens
  devices: KnownDevices
}

/** Letting somebody in: a session, its two cookies, and a mail where the device is a new one. */
export const createEntrance = ({ config, accounts, sessions, tokens, devices }: Deps) => {
  const cookies = createSessionCookies(config)

  /** The account is read when the session is there already: a ban from now on finds the session, an earlier one is seen. */
  const enter = async (c: Context, { userId, sessionId, refreshToken }: Entry, known?: Account): Promise<Account> => {
    const now = new Date()
    const account = await accounts.find(userId)
    // The password that let them in was changed meanwhile, and every session of before ended.
    if (known && account?.status === 'active' && account.version !== known.version) {
      await sessions.end(sessionId)
      throw new InvalidCredentialsError()
    }
    if (account?.status !== 'active') {
      await sessions.end(sessionId)
      throw account ? new AccountBannedError() : new RefreshTokenInvalidError()
    }
    const access = await tokens.issue({ id: account.id, role: account.role, sessionId }, now)
    cookies.set(c, { access, refresh: refreshToken })
    return account
  }

  return {
    cookies,
    enter,

    /** @param isNew whether the account was made just now, by this very device */
    signIn: async (c: Context, account: Account, { isNew = false } = {}): Promise<Account> => {
      const userId = account.id
      const device = c.req.header('user-agent') ?? ''
      const entered = await enter(c, { userId, ...(await sessions.open({ userId, device, now: new Date() })) }, account)
      await devices.seen(userId, device, { isNew })
      return entered
    },
  }
}

export type Entrance = ReturnType<typeof createEntrance>

/** What is said to one visitor is kept for nobody. */
export const notStored = createMiddleware(async (c, next) => {
  await next()
  if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store')
})
