import { now } from '@fairpass/sdk/clock'
import { body, describeRoute, query } from '@fairpass/sdk/http'
import type { SignedInEnv } from '@fairpass/sdk/identity'
import { Hono } from 'hono'
import type { Order } from '../domain/order.ts'
import { SaleAnswer, SalesAnswer } from '../schemas.ts'
import { createAccess, type HandoverDeps, orderOr404 } from './access.ts'
import { answerClaim, send } from './handover.ts'
import { toSale } from './presentation.ts'
import { ClaimReply, claimRefusals, handoverRefusals, Page } from './requests.ts'

/** A seller's sales: passing the ticket on, and answering a claim. */
export const createSellerRoutes = ({ handovers, find, context: { identity, idempotent } }: HandoverDeps) => {
  const { findOr404, changeAs } = createAccess({ handovers, find })

  return new Hono<SignedInEnv>()
    .get(
      '/api/orders/sales',
      identity.signedIn,
      query(Page),
      describeRoute('What the caller has sold, newest first', { 200: SalesAnswer }),
      async (c) => {
        const { limit, cursor } = c.req.valid('query')
        const { rows, nextCursor } = await handovers.salesOf(c.var.user.id, limit, cursor)
        return c.json({ sales: rows.map(toSale), nextCursor })
      },
    )
    .get(
      '/api/orders/sales/:id',
      identity.signedIn,
      describeRoute('A sale of the caller', { 200: SaleAnswer }, 'not_found'),
      async (c) => {
        const order = await findOr404(c.req.param('id'))
        const isSale = order.status === 'completed' || order.status === 'refunded'
        return c.json(toSale(orderOr404(order.sellerId === c.var.user.id && isSale ? order : undefined)))
      },
    )
    .post(
      '/api/orders/:id/sent',
      identity.signedIn,
      idempotent,
      describeRoute('The seller has passed the ticket on', { 200: SaleAnswer }, ...handoverRefusals),
      async (c) =>
        c.json(toSale(await changeAs('sellerId', c.req.param('id'), c.var.user.id, (order) => send(order, now())))),
    )
    .post(
      '/api/orders/:id/claim/answer',
      identity.signedIn,
      idempotent,
      body(ClaimReply),
      describeRoute('What the seller says to a claim', { 200: SaleAnswer }, ...claimRefusals),
      async (c) => {
        const { text } = c.req.valid('json')
        const next = (order: Order) => answerClaim(order, text, now())
        return c.json(toSale(await changeAs('sellerId', c.req.param('id'), c.var.user.id, next)))
      },
    )
}
