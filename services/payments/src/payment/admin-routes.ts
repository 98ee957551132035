import { body, describeRoute, Id, type IdempotencyEnv, Moment, parse, query } from '@fairpass/sdk/http'
import { PageLimit } from '@fairpass/sdk/mongo'
import { omitUndefined } from '@fairpass/sdk/omit-undefined'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import { stream } from 'hono/streaming'
import * as v from 'valibot'
import { moves, type Payment, type Status } from '../domain/payment.ts'
import type { Accounts } from '../ledger/accounts.ts'
import {
  AccountsAnswer,
  EntriesAnswer,
  PaymentRecord,
  PaymentRecords,
  RefundedAnswer,
  WebhookAnswer,
  WebhooksAnswer,
} from '../schemas.ts'
import type { Webhooks } from '../webhook/store.ts'
import type { Refunds } from './refunds.ts'
import type { Payments } from './store.ts'

const page = { limit: PageLimit, cursor: v.optional(v.string()) }
const ofEntries = {
  account: v.optional(v.pipe(v.string(), v.maxLength(100, 'must have at most 100 characters'))),
  paymentId: v.optional(Id),
  from: v.optional(Moment),
  to: v.optional(Moment),
}
const Reason = v.pipe(
  v.string('must be a text'),
  v.trim(),
  v.minLength(1, 'must not be empty'),
  // Stripe keeps as much of it with the refund.
  v.maxLength(500, 'must have at most 500 characters'),
)
const statuses = Object.keys(moves) as [Status, ...Status[]]

const AskedPayments = v.object({
  ...page,
  orderId: v.optional(Id),
  status: v.optional(v.picklist(statuses, 'is not a status of payments')),
})
const AskedEntries = v.object({ ...page, ...ofEntries })
const AskedExport = v.object(ofEntries)
const AskedWebhooks = v.object({
  ...page,
  status: v.optional(v.picklist(['stored', 'failed'], 'must be stored or failed')),
})
const NewRefund = v.strictObject({ reason: Reason })
const VoidListing = v.strictObject({ ticketId: Id, reason: Reason })

type Deps = { payments: Payments; refunds: Refunds; accounts: Accounts; webhooks: Webhooks; context: ServiceContext }

const notRefundable = ['not_found', 'payment_not_refundable', 'version_conflict'] as const

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
  refund: payment.refund ? { reason: payment.refund.reason, at: payment.refund.at.toISOString() } : null,
  createdAt: payment.createdAt.toISOString(),
  updatedAt: payment.updatedAt.toISOString(),
})

/** What only admins see and do of money. */
export const createAdminRoutes = ({ payments, refunds, accounts, webhooks, context }: Deps) => {
  const { identity, idempotent } = context
  return new Hono<IdempotencyEnv>()
    .get(
      '/api/payments',
      identity.admin,
      query(AskedPayments),
      describeRoute('All payments, newest first', { 200: PaymentRecords }),
      async (c) => {
        const { limit, cursor, ...filter } = c.req.valid('query')
        const { payments: found, nextCursor } = await payments.page(omitUndefined(filter), limit, cursor)
        return c.json({ payments: found.map(toShown), nextCursor })
      },
    )
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
      query(AskedEntries),
      describeRoute('Entries of the ledger, newest first', { 200: EntriesAnswer }),
      async (c) => {
        const { limit, cursor, ...asked } = c.req.valid('query')
        return c.json(await accounts.entries(omitUndefined(asked), limit, cursor))
      },
    )
    .get(
      '/api/payments/entries.csv',
      identity.admin,
      query(AskedExport),
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
    .get(
      '/api/payments/webhooks',
      identity.admin,
      query(AskedWebhooks),
      describeRoute('Events of Stripe that were given up, or wait', { 200: WebhooksAnswer }),
      async (c) => {
        const { limit, cursor, status } = c.req.valid('query')
        return c.json(await webhooks.page(status ?? 'failed', limit, cursor))
      },
    )
    .post(
      '/api/payments/webhooks/:id/retry',
      identity.admin,
      describeRoute('Have an event tried again', { 200: WebhookAnswer }),
      async (c) => c.json(await webhooks.retry(c.req.param('id'))),
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
