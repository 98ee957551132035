import { clockSkewSeconds, now } from '@fairpass/sdk/clock'
import { Id, onlyFrom, parse } from '@fairpass/sdk/http'
import { Hono } from 'hono'
import type { Account } from './domain/account.ts'

type Deps = {
  config: { ACCESS_TOKEN_SECONDS: number }
  accounts: {
    find: (id: string) => Promise<Account | undefined>
    deniedSince: (since: Date) => Promise<{ userId: string; bannedAt: string; version: number }[]>
  }
}

/** The routes for other services, which import nothing of auth but their type. */
export const createInternalRoutes = ({ config, accounts }: Deps) =>
  new Hono()
    // A token may outlive a ban by its own lifetime and the difference of clocks.
    .get('/internal/bans', onlyFrom('tickets', 'orders', 'expiration', 'payments', 'web'), async (c) => {
      const since = new Date(now().getTime() - (config.ACCESS_TOKEN_SECONDS + clockSkewSeconds) * 1000)
      return c.json({ bans: await accounts.deniedSince(since) })
    })
    .get('/internal/users/:id', onlyFrom('payments'), async (c) => {
      const account = await accounts.find(parse(Id, c.req.param('id')))
      return c.json({ isBanned: account?.status === 'banned' })
    })

export type InternalRoutes = ReturnType<typeof createInternalRoutes>
