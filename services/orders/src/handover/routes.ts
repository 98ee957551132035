import { NotFoundError } from '@fairpass/sdk/errors'
import { body, describeRoute, Id, linesOfText, query } from '@fairpass/sdk/http'
import type { SignedInEnv } from '@fairpass/sdk/identity'
import { PageLimit } from '@fairpass/sdk/mongo'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import { type Order, toPublic } from '../domain/order.ts'
import { ClaimedOrder, ClaimsAnswer, OrderAnswer, SaleAnswer, SalesAnswer } from '../schemas.ts'
import { answerClaim, claim, decideClaim, receive, send } from './handover.ts'
import type { Handovers } from './store.ts'

const Said = v.pipe(
  linesOfText(2_000),
  v.check((text) => text.trim() !== '', 'must not be empty'),
)
const NewClaim = v.strictObject({ reason: Said })
const Answer = v.strictObject({ text: Said })
const Decision = v.strictObject({ refund: v.boolean('must be true or false'), reason: Said })
const Page = v.object({ limit: PageLimit, cursor: v.optional(v.string()) })
const AskedClaims = v.object({
  ...Page.entries,
  status: v.optional(v.picklist(['open', 'refunded', 'rejected'], 'must be open, refunded or rejected'), 'open'),
})

type Deps = {
  handovers: Handovers
  find: (id: string) => Promise<Order | undefined>
  context: Pick<ServiceContext, 'identity' | 'idempotent'>
}

const toSale = (order: Order) => {
  const { expiresAt: _e, sellerSuspended: _s, ...shown } = toPublic(order)
  const { sentAt, receivedAt } = order.handover ?? {}
  return {
    ...shown,
    ...(sentAt ? { sentAt: sentAt.toISOString() } : {}),
    ...(receivedAt ? { receivedAt: receivedAt.toISOString() } : {}),
  }
}

const toClaimed = (order: Order) => {
  const { buyerId, sellerId, paymentId } = order
  return { ...toSale(order), buyerId, sellerId, ...(paymentId ? { paymentId } : {}) }
}

/** How a ticket that was paid comes to its buyer, and what happens when it does not. */
export const createHandoverRoutes = ({ handovers, find, context: { identity, idempotent } }: Deps) => {
  const found = (order: Order | undefined): Order => {
    if (!order) throw new NotFoundError('There is no such order')
    return order
  }

  const findById = async (id: string) => (v.is(Id, id) ? find(id) : undefined)

  /** What belongs to somebody else is not there. */
  const changeBy = async (who: 'buyerId' | 'sellerId', id: string, userId: string, next: (order: Order) => Order) => {
    const order = found(await findById(id))
    if (order[who] !== userId) throw new NotFoundError('There is no such order')
    return found(await handovers.change(id, next))
  }

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
        const order = found(await findById(c.req.param('id')))
        const isSale = order.status === 'completed' || order.status === 'refunded'
        return c.json(toSale(found(order.sellerId === c.var.user.id && isSale ? order : undefined)))
      },
    )
    .get(
      '/api/orders/claims',
      identity.admin,
      query(AskedClaims),
      describeRoute('What buyers claim', { 200: ClaimsAnswer }),
      async (c) => {
        const { status, limit, cursor } = c.req.valid('query')
        const { rows, nextCursor } = await handovers.claims(status, limit, cursor)
        return c.json({ claims: rows.map(toClaimed), nextCursor })
      },
    )
    .post(
      '/api/orders/:id/sent',
      identity.signedIn,
      idempotent,
      describeRoute(
        'The seller has passed the ticket on',
        { 200: SaleAnswer },
        'not_found',
        'handover_not_possible',
        'version_conflict',
      ),
      async (c) =>
        c.json(
          toSale(await changeBy('sellerId', c.req.param('id'), c.var.user.id, (order) => send(order, new Date()))),
        ),
    )
    .post(
      '/api/orders/:id/received',
      identity.signedIn,
      idempotent,
      describeRoute(
        'The buyer has the ticket',
        { 200: OrderAnswer },
        'not_found',
        'handover_not_possible',
        'version_conflict',
      ),
      async (c) =>
        c.json(
          toPublic(await changeBy('buyerId', c.req.param('id'), c.var.user.id, (order) => receive(order, new Date()))),
        ),
    )
    .post(
      '/api/orders/:id/claim',
      identity.signedIn,
      idempotent,
      body(NewClaim),
      describeRoute(
        'The buyer says that it did not work: the payout waits until an admin has decided',
        { 200: OrderAnswer },
        'not_found',
        'claim_not_possible',
        'version_conflict',
      ),
      async (c) => {
        const { reason } = c.req.valid('json')
        const next = (order: Order) => claim(order, reason, new Date())
        return c.json(toPublic(await changeBy('buyerId', c.req.param('id'), c.var.user.id, next)))
      },
    )
    .post(
      '/api/orders/:id/claim/answer',
      identity.signedIn,
      idempotent,
      body(Answer),
      describeRoute(
        'What the seller says to a claim',
        { 200: SaleAnswer },
        'not_found',
        'claim_not_possible',
        'version_conflict',
      ),
      async (c) => {
        const { text } = c.req.valid('json')
        const next = (order: Order) => answerClaim(order, text, new Date())
        return c.json(toSale(await changeBy('sellerId', c.req.param('id'), c.var.user.id, next)))
      },
    )
    .post(
      '/api/orders/:id/claim/decision',
      identity.admin,
      idempotent,
      body(Decision),
      describeRoute(
        'An admin decides a claim: the buyer is refunded, or the seller paid',
        { 200: ClaimedOrder },
        'not_found',
        'claim_not_possible',
        'version_conflict',
      ),
      async (c) => {
        const { refund: refunds, reason } = c.req.valid('json')
        const { id } = found(await findById(c.req.param('id')))
        const decision = { refunds, reason, adminId: c.var.user.id }
        const decided = found(await handovers.change(id, (order) => decideClaim(order, decision, new Date())))
        return c.json(toClaimed(decided))
      },
    )
}
