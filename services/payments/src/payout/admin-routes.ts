import { NotFoundError } from '@fairpass/sdk/errors'
import { describeRoute, Id, type IdempotencyEnv, parse, query } from '@fairpass/sdk/http'
import { PageLimit } from '@fairpass/sdk/mongo'
import { omitUndefined } from '@fairpass/sdk/omit-undefined'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import { type PayoutStatus, payoutMoves } from '../domain/payout.ts'
import { PayoutRecord, PayoutsAnswer } from '../schemas.ts'
import { toRecord } from './presentation.ts'
import type { PayoutProcess } from './process.ts'
import type { Payouts } from './store.ts'

const statuses = Object.keys(payoutMoves) as [PayoutStatus, ...PayoutStatus[]]
const PayoutsQuery = v.object({
  limit: PageLimit,
  cursor: v.optional(v.string()),
  status: v.optional(v.picklist(statuses, 'is not a status of payouts')),
  sellerId: v.optional(Id),
})

type Deps = { payouts: Payouts; advancePayout: PayoutProcess; context: ServiceContext }

/** Everybody's payouts, for admins. */
export const createPayoutAdminRoutes = ({ payouts, advancePayout, context: { identity } }: Deps) =>
  new Hono<IdempotencyEnv>()
    .get(
      '/api/payments/payouts',
      identity.admin,
      query(PayoutsQuery),
      describeRoute('All payouts, the newest sale first', { 200: PayoutsAnswer }),
      async (c) => {
        const { limit, cursor, ...asked } = c.req.valid('query')
        const { payouts: found, nextCursor } = await payouts.page(omitUndefined(asked), limit, cursor)
        return c.json({ payouts: found.map(toRecord), nextCursor })
      },
    )
    .post(
      '/api/payments/payouts/:id/retry',
      identity.admin,
      describeRoute('Have a payout looked at now', { 200: PayoutRecord }, 'not_found'),
      async (c) => {
        const id = parse(Id, c.req.param('id'))
        await payouts.wake({ _id: id })
        // How far it got is read afterwards; what is not known yet, the loop finds out.
        await advancePayout(id).catch(() => {})
        const payout = await payouts.find(id)
        if (!payout) throw new NotFoundError('There is no such payout')
        return c.json(toRecord(payout))
      },
    )
