import { NotFoundError } from '@fairpass/sdk/errors'
import { body, describeRoute, Id, type IdempotencyEnv, onlyFrom, parse, query } from '@fairpass/sdk/http'
import { PageLimit } from '@fairpass/sdk/mongo'
import { omitUndefined } from '@fairpass/sdk/omit-undefined'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Disputes } from '../dispute/store.ts'
import type { Dispute } from '../domain/dispute.ts'
import { disputeStatuses } from '../domain/dispute-status.ts'
import { isUnfinishedPayout, type Payout, type PayoutStatus, payoutMoves } from '../domain/payout.ts'
import type { Ledger } from '../ledger/store.ts'
import {
  AccountAnswer,
  DisputesAnswer,
  EarningsAnswer,
  OnboardingAnswer,
  PayoutRecord,
  PayoutsAnswer,
  SalesAnswer,
} from '../schemas.ts'
import { earningsOf } from './earnings.ts'
import type { Onboarding } from './onboarding.ts'
import type { PayoutProcess } from './process.ts'
import type { Payouts } from './store.ts'

const page = { limit: PageLimit, cursor: v.optional(v.string()) }
const payoutStatuses = Object.keys(payoutMoves) as [PayoutStatus, ...PayoutStatus[]]

const NewAccount = v.strictObject({
  country: v.optional(v.pipe(v.string('must be a text'), v.regex(/^[A-Z]{2}$/, 'must be a country such as AT'))),
})
const AskedPayouts = v.object({
  ...page,
  status: v.optional(v.picklist(payoutStatuses, 'is not a status of payouts')),
  sellerId: v.optional(Id),
})
const AskedDisputes = v.object({
  ...page,
  status: v.optional(v.picklist(disputeStatuses, 'is not a status of disputes')),
})

type Deps = {
  payouts: Payouts
  advancePayout: PayoutProcess
  disputes: Disputes
  onboarding: Onboarding
  ledger: Ledger
  context: ServiceContext
}

type SaleStatus = 'pending' | 'available' | 'paid_out' | 'taken_back' | 'cancelled'

/** What a sale's payout means to its seller. */
const saleStatusOf = ({ status, payableAt, disputes }: Payout, now: Date): SaleStatus => {
  switch (status) {
    case 'paid':
      return 'paid_out'
    case 'reversing':
      return 'taken_back'
    case 'dropped':
      return 'cancelled'
    default:
      return payableAt > now || disputes.length > 0 ? 'pending' : 'available'
  }
}

const waitsForOf = (payout: Payout) => {
  if (!isUnfinishedPayout(payout) || payout.status === 'reversing') return null
  return payout.disputes.length > 0 ? 'dispute' : (payout.waitsFor ?? null)
}

const toSale = (payout: Payout, now: Date) => ({
  paymentId: payout.id,
  orderId: payout.orderId,
  ticketId: payout.ticketId ?? null,
  totalCents: payout.totalCents,
  feeCents: payout.feeCents,
  refundedCents: payout.refundedCents ?? 0,
  amountCents: payout.amountCents,
  currency: payout.currency,
  status: saleStatusOf(payout, now),
  waitsFor: waitsForOf(payout),
  payableAt: payout.payableAt.toISOString(),
  paidAt: payout.status === 'paid' ? (payout.paidAt?.toISOString() ?? null) : null,
})

const toShown = (payout: Payout) => ({
  id: payout.id,
  orderId: payout.orderId,
  sellerId: payout.sellerId,
  amountCents: payout.amountCents,
  refundedCents: payout.refundedCents ?? 0,
  currency: payout.currency,
  status: payout.status,
  waitsFor: waitsForOf(payout),
  payableAt: payout.payableAt.toISOString(),
  transferId: payout.transferId ?? null,
  failure: payout.failure ?? null,
  attempts: payout.lease.attempts,
  nextAttemptAt: isUnfinishedPayout(payout) ? payout.lease.nextAttemptAt.toISOString() : null,
  updatedAt: payout.updatedAt.toISOString(),
})

const toShownDispute = (dispute: Dispute) => ({
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

/** What sellers see of their money, and admins of everybody's payouts and disputes. */
export const createPayoutRoutes = ({ payouts, advancePayout, disputes, onboarding, ledger, context }: Deps) => {
  const { identity } = context
  return new Hono<IdempotencyEnv>()
    .get(
      '/api/payments/account',
      identity.signedIn,
      describeRoute('Whether the caller can be paid as a seller', { 200: AccountAnswer }),
      async (c) => c.json(await onboarding.standing(c.var.user.id)),
    )
    .post(
      '/api/payments/account',
      identity.recent,
      body(NewAccount),
      describeRoute(
        "Where the caller's browser goes on to be paid as a seller",
        { 201: OnboardingAnswer },
        'service_unavailable',
      ),
      async (c) => c.json(await onboarding.begin(c.var.user.id, c.req.valid('json').country), 201),
    )
    .get(
      '/api/payments/earnings',
      identity.signedIn,
      describeRoute('What the caller earned as a seller', { 200: EarningsAnswer }),
      async (c) => c.json(await earningsOf(ledger, payouts, c.var.user.id)),
    )
    .get(
      '/api/payments/earnings/sales',
      identity.signedIn,
      query(v.object(page)),
      describeRoute('The sales of the caller and where their money is, newest first', { 200: SalesAnswer }),
      async (c) => {
        const { limit, cursor } = c.req.valid('query')
        const { payouts: found, nextCursor } = await payouts.page({ sellerId: c.var.user.id }, limit, cursor)
        const now = new Date()
        return c.json({ sales: found.map((payout) => toSale(payout, now)), nextCursor })
      },
    )
    .get(
      '/api/payments/payouts',
      identity.admin,
      query(AskedPayouts),
      describeRoute('All payouts, the newest sale first', { 200: PayoutsAnswer }),
      async (c) => {
        const { limit, cursor, ...asked } = c.req.valid('query')
        const { payouts: found, nextCursor } = await payouts.page(omitUndefined(asked), limit, cursor)
        return c.json({ payouts: found.map(toShown), nextCursor })
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
        return c.json(toShown(payout))
      },
    )
    .get(
      '/api/payments/disputes',
      identity.admin,
      query(AskedDisputes),
      describeRoute("What buyers' banks want back, the latest first", { 200: DisputesAnswer }),
      async (c) => {
        const { limit, cursor, status } = c.req.valid('query')
        const { disputes: found, nextCursor } = await disputes.page(status, limit, cursor)
        return c.json({ disputes: found.map(toShownDispute), nextCursor })
      },
    )
    .get('/internal/sellers/:id/owed', onlyFrom('auth'), async (c) => {
      const earnings = await earningsOf(ledger, payouts, parse(Id, c.req.param('id')))
      const isOwed = Object.values(earnings).some((sums) => sums.pendingCents !== 0 || sums.availableCents !== 0)
      return c.json({ isOwed })
    })
}
