import { now } from '@fairpass/sdk/clock'
import { ForbiddenError, NotFoundError } from '@fairpass/sdk/errors'
import { describeRoute, Id, type IdempotencyEnv, query } from '@fairpass/sdk/http'
import { PageLimit } from '@fairpass/sdk/mongo'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import { type Account, toListed } from '../domain/account.ts'
import { AccountsAnswer } from '../schemas.ts'
import type { Sessions } from '../session/store.ts'
import type { Accounts } from './store.ts'

const Page = v.object({ limit: PageLimit, cursor: v.optional(v.string()) })

/** @throws ForbiddenError when no admin would be left */
export const keepAnAdmin = async (
  accounts: Pick<Accounts, 'hasOtherAdmin'>,
  { id, role }: { id: string; role: Account['role'] },
): Promise<void> => {
  if (role === 'admin' && !(await accounts.hasOtherAdmin(id)))
    throw new ForbiddenError('This is the last admin; make another one first')
}

type Deps = {
  accounts: Accounts
  sessions: Sessions
  context: ServiceContext
}

/** What admins do with accounts. */
export const createAccountRoutes = ({ accounts, sessions, context: { identity, idempotent } }: Deps) => {
  const findOr404 = async (id: string): Promise<Account> => {
    const account = v.is(Id, id) ? await accounts.find(id) : undefined
    if (!account) throw new NotFoundError('There is no such account')
    return account
  }

  return new Hono<IdempotencyEnv>()
    .get(
      '/api/users',
      identity.admin,
      query(Page),
      describeRoute('All accounts, newest first', { 200: AccountsAnswer }),
      async (c) => {
        const { limit, cursor } = c.req.valid('query')
        const { accounts: found, nextCursor } = await accounts.list(limit, cursor)
        return c.json({ users: found.map(toListed), nextCursor })
      },
    )
    .post(
      '/api/users/:id/ban',
      identity.admin,
      idempotent,
      describeRoute('Ban an account: felt everywhere within a second', { 204: undefined }, 'version_conflict'),
      async (c) => {
        const account = await findOr404(c.req.param('id'))
        if (account.status === 'active') await keepAnAdmin(accounts, account)
        await accounts.ban(account.id, now())
        await sessions.endAll(account.id)
        return c.body(null, 204)
      },
    )
    .post(
      '/api/users/:id/unban',
      identity.admin,
      idempotent,
      describeRoute('Undo a ban', { 204: undefined }, 'version_conflict'),
      async (c) => {
        const account = await findOr404(c.req.param('id'))
        await accounts.unban(account.id, now())
        return c.body(null, 204)
      },
    )
}
