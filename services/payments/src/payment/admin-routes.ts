import { body, describeRoute, Id, type IdempotencyEnv, parse, query, someLinesOfText } from '@fairpass/sdk/http'
import { PageLimit } from '@fairpass/sdk/mongo'
import { omitUndefined } from '@fairpass/sdk/omit-undefined'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import { moves, type Payment, type Status } from '../domain/payment.ts'
import { refundCauseOf } from '../domain/refund-cause.ts'
import { PaymentRecord, PaymentRecords, RefundedAnswer } from '../schemas.ts'
import type { Refunds } from './refunds.ts'
import type { Payments } from './store.ts'

const page = { limit: PageLimit, cursor: v.optional(v.string()) }
// Stripe keeps as much of it with the refund, counted otherwise than people do.
const Reason = v.pipe(someLinesOfText(500), v.maxLength(500, 'must have at most 500 characters'))
const statuses = Object.keys(moves) as [Status, ...Status[]]

const PaymentsQuery = v.object({
  ...page,
  orderId: v.optional(Id),
  status: v.optional(v.picklist(statuses, 'is not a status of payments')),
})
const NewRefund = v.strictObject({ reason: Reason })
const VoidListing = v.strictObject({ ticketId: Id, reason: Reason })

type Deps = { payments: Payments; refunds: Refunds; context: ServiceContext }

const notRefundable = ['not_found', 'payment_not_refundable', 'version_conflict'] as const

const shownRefund = (refund: NonNullable<Payment['refund']>) => {
  const cause = refundCauseOf(refund)
  return { reason: refund.reason, ...(cause ? { cause } : {}), at: refund.at.toISOString() }
}

const toShown = ({ id, orderId, kind, status, amountCents, totalCents, feeCents = 0, ...payment }: Payment) => ({
  id,
  orderId,
  kind,
  status,
  amountCents,
  totalCents,
  feeCents,
  refundedCents: payment.refundedCents ?? 0,
  currency: payment.currency,
  buyerId: payment.buyerId,
  sellerId: payment.sellerId,
  intentId: payment.intentId ?? null,
  failure: payment.failure ?? null,
  dispute: payment.dispute ?? null,
  refund: payment.refund ? shownRefund(payment.refund) : null,
  createdAt: payment.createdAt.toISOString(),
  updatedAt: payment.updatedAt.toISOString(),
})

/** Payments and refunds, for admins. */
export const createAdminRoutes = ({ payments, refunds, context }: Deps) => {
  const { identity, idempotent } = context
  return new Hono<IdempotencyEnv>()
    .get(
      '/api/payments',
      identity.admin,
      query(PaymentsQuery),
      describeRoute('All payments, newest first', { 200: PaymentRecords }),
      async (c) => {
        const { limit, cursor, ...filter } = c.req.valid('query')
        const { payments: found, nextCursor } = await payments.page(omitUndefined(filter), limit, cursor)
        return c.json({ payments: found.map(toShown), nextCursor })
      },
    )
    .post(
      '/api/payments/refunds',
      identity.admin,
      idempotent,
      body(VoidListing),
      describeRoute('Refund whoever paid for a listing', { 200: RefundedAnswer }, ...notRefundable),
      async (c) => {
        const { ticketId, reason } = c.req.valid('json')
        const refunded = await refunds.refundTicket(ticketId, { reason, adminId: c.var.user.id })
        return c.json({ payments: refunded.map(toShown) })
      },
    )
    .post(
      '/api/payments/:id/refund',
      identity.admin,
      idempotent,
      body(NewRefund),
      describeRoute('Refund a payment, whole and once', { 200: PaymentRecord }, ...notRefundable),
      async (c) => {
        const { reason } = c.req.valid('json')
        const refunded = await refunds.refund(parse(Id, c.req.param('id')), { reason, adminId: c.var.user.id })
        return c.json(toShown(refunded))
      },
    )
}
