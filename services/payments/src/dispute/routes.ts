import { describeRoute, type IdempotencyEnv, query } from '@fairpass/sdk/http'
import { PageLimit } from '@fairpass/sdk/mongo'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Dispute } from '../domain/dispute.ts'
import { disputeStatuses } from '../domain/dispute-status.ts'
import { DisputesAnswer } from '../schemas.ts'
import type { Disputes } from './store.ts'

const DisputesQuery = v.object({
  limit: PageLimit,
  cursor: v.optional(v.string()),
  status: v.optional(v.picklist(disputeStatuses, 'is not a status of disputes')),
})

type Deps = { disputes: Disputes; context: ServiceContext }

const toShown = (dispute: Dispute) => ({
  id: dispute.id,
  paymentId: dispute.paymentId,
  orderId: dispute.orderId,
  sellerId: dispute.sellerId,
  amountCents: dispute.amountCents,
  currency: dispute.currency,
  reason: dispute.reason,
  status: dispute.status,
  respondBy: dispute.respondBy?.toISOString() ?? null,
  openedAt: dispute.openedAt.toISOString(),
  closedAt: dispute.closedAt?.toISOString() ?? null,
})

/** What buyers' banks want back, for admins. */
export const createDisputeRoutes = ({ disputes, context: { identity } }: Deps) =>
  new Hono<IdempotencyEnv>().get(
    '/api/payments/disputes',
    identity.admin,
    query(DisputesQuery),
    describeRoute("What buyers' banks want back, the latest first", { 200: DisputesAnswer }),
    async (c) => {
      const { limit, cursor, status } = c.req.valid('query')
      const { disputes: found, nextCursor } = await disputes.page(status, limit, cursor)
      return c.json({ disputes: found.map(toShown), nextCursor })
    },
  )
