import { describeRoute, Id, type IdempotencyEnv, Moment, query } from '@fairpass/sdk/http'
import { PageLimit } from '@fairpass/sdk/mongo'
import { omitUndefined } from '@fairpass/sdk/omit-undefined'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import { stream } from 'hono/streaming'
import * as v from 'valibot'
import { AccountsAnswer, EntriesAnswer } from '../schemas.ts'
import type { Accounts } from './accounts.ts'

const page = { limit: PageLimit, cursor: v.optional(v.string()) }
const entryFilters = {
  account: v.optional(v.pipe(v.string(), v.maxLength(100, 'must have at most 100 characters'))),
  paymentId: v.optional(Id),
  from: v.optional(Moment),
  to: v.optional(Moment),
}
const EntriesQuery = v.object({ ...page, ...entryFilters })
const ExportQuery = v.object(entryFilters)

type Deps = { accounts: Accounts; context: ServiceContext }

/** The books, for admins. */
export const createLedgerRoutes = ({ accounts, context: { identity } }: Deps) =>
  new Hono<IdempotencyEnv>()
    .get(
      '/api/payments/accounts',
      identity.admin,
      query(v.object(page)),
      describeRoute('The balance of each account of the ledger', { 200: AccountsAnswer }),
      async (c) => {
        const { limit, cursor } = c.req.valid('query')
        return c.json(await accounts.accounts(limit, cursor))
      },
    )
    .get(
      '/api/payments/entries',
      identity.admin,
      query(EntriesQuery),
      describeRoute('Entries of the ledger, newest first', { 200: EntriesAnswer }),
      async (c) => {
        const { limit, cursor, ...asked } = c.req.valid('query')
        return c.json(await accounts.entries(omitUndefined(asked), limit, cursor))
      },
    )
    .get(
      '/api/payments/entries.csv',
      identity.admin,
      query(ExportQuery),
      describeRoute('The same as CSV, a row for each line, oldest first', { 200: { mediaType: 'text/csv' } }),
      (c) => {
        const asked = omitUndefined(c.req.valid('query'))
        c.header('content-type', 'text/csv; charset=utf-8; header=present')
        c.header('content-disposition', 'attachment; filename="fairpass-entries.csv"')
        return stream(c, async (output) => {
          for await (const lines of accounts.csv(asked)) {
            if (output.aborted) return
            await output.write(lines)
          }
        })
      },
    )
