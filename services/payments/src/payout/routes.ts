import { now as timeNow } from '@fairpass/sdk/clock'
import { body, describeRoute, type IdempotencyEnv, query } from '@fairpass/sdk/http'
import { PageLimit } from '@fairpass/sdk/mongo'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Ledger } from '../ledger/store.ts'
import { AccountAnswer, EarningsAnswer, OnboardingAnswer, SalesAnswer } from '../schemas.ts'
import { earningsOf } from './earnings.ts'
import type { Onboarding } from './onboarding.ts'
import { toSale } from './presentation.ts'
import type { Payouts } from './store.ts'

const Page = v.object({ limit: PageLimit, cursor: v.optional(v.string()) })
const NewAccount = v.strictObject({
  country: v.optional(v.pipe(v.string('must be a text'), v.regex(/^[A-Z]{2}$/, 'must be a country such as AT'))),
})

type Deps = { payouts: Payouts; onboarding: Onboarding; ledger: Ledger; context: ServiceContext }

/** Earnings and payout accounts, for sellers. */
export const createPayoutRoutes = ({ payouts, onboarding, ledger, context: { identity } }: Deps) =>
  new Hono<IdempotencyEnv>()
    .get(
      '/api/payments/account',
      identity.signedIn,
      describeRoute('Whether the caller can be paid as a seller', { 200: AccountAnswer }),
      async (c) => c.json(await onboarding.statusOf(c.var.user.id)),
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
      query(Page),
      describeRoute('The sales of the caller and where their money is, newest first', { 200: SalesAnswer }),
      async (c) => {
        const { limit, cursor } = c.req.valid('query')
        const { payouts: found, nextCursor } = await payouts.page({ sellerId: c.var.user.id }, limit, cursor)
        const now = timeNow()
        return c.json({ sales: found.map((payout) => toSale(payout, now)), nextCursor })
      },
    )
