import { now } from '@fairpass/sdk/clock'
import { body, describeRoute, query } from '@fairpass/sdk/http'
import type { SignedInEnv } from '@fairpass/sdk/identity'
import { Hono } from 'hono'
import { ClaimedOrder, ClaimsAnswer } from '../schemas.ts'
import { createAccess, type HandoverDeps, orderOr404 } from './access.ts'
import { decideClaim } from './handover.ts'
import { toClaimed } from './presentation.ts'
import { ClaimDecision, ClaimsQuery, claimRefusals } from './requests.ts'

/** The claims of buyers, which admins decide. */
export const createAdminRoutes = ({ handovers, find, context: { identity, idempotent } }: HandoverDeps) => {
  const { findOr404 } = createAccess({ handovers, find })

  return new Hono<SignedInEnv>()
    .get(
      '/api/orders/claims',
      identity.admin,
      query(ClaimsQuery),
      describeRoute('What buyers claim', { 200: ClaimsAnswer }),
      async (c) => {
        const { status, limit, cursor } = c.req.valid('query')
        const { rows, nextCursor } = await handovers.claims(status, limit, cursor)
        return c.json({ claims: rows.map(toClaimed), nextCursor })
      },
    )
    .post(
      '/api/orders/:id/claim/decision',
      identity.admin,
      idempotent,
      body(ClaimDecision),
      describeRoute(
        'An admin decides a claim: the buyer is refunded, or the seller paid',
        { 200: ClaimedOrder },
        ...claimRefusals,
      ),
      async (c) => {
        const { refund: refunds, reason } = c.req.valid('json')
        const { id } = await findOr404(c.req.param('id'))
        const decision = { refunds, reason, adminId: c.var.user.id }
        const decided = orderOr404(await handovers.change(id, (order) => decideClaim(order, decision, now())))
        return c.json(toClaimed(decided))
      },
    )
}
