import { createServiceApp, describeApi, type ServiceOptions } from '@fairpass/sdk/http'
import type { ServiceContext } from '@fairpass/sdk/service'
import { createCouponRoutes } from './coupon/routes.ts'
import type { Coupons } from './coupon/store.ts'
import type { Disputes } from './dispute/store.ts'
import type { Accounts } from './ledger/accounts.ts'
import type { Ledger } from './ledger/store.ts'
import type { LimitVariables } from './limits.ts'
import { createAdminRoutes } from './payment/admin-routes.ts'
import type { Pay } from './payment/pay.ts'
import type { Refunds } from './payment/refunds.ts'
import { createRoutes } from './payment/routes.ts'
import type { Payments } from './payment/store.ts'
import type { Onboarding } from './payout/onboarding.ts'
import type { PayoutProcess } from './payout/process.ts'
import { createPayoutRoutes } from './payout/routes.ts'
import type { Payouts } from './payout/store.ts'
import type { Webhooks } from './webhook/store.ts'

type Deps = {
  service: ServiceOptions
  context: ServiceContext
  pay: Pay
  payments: Payments
  refunds: Refunds
  webhooks: Webhooks
  ledger: Ledger
  accounts: Accounts
  coupons: Coupons
  payouts: Payouts
  payOut: PayoutProcess
  disputes: Disputes
  onboarding: Onboarding
  limits: LimitVariables
}

export const createApp = ({
  service,
  context,
  pay,
  payments,
  refunds,
  webhooks,
  ledger,
  accounts,
  coupons,
  payouts,
  payOut,
  disputes,
  onboarding,
  limits,
}: Deps) =>
  describeApi(
    createServiceApp(service)
      .route('/', context.subscriptionRoutes)
      .route('/', createRoutes({ pay, payments, webhooks, context, limits }))
      .route('/', createAdminRoutes({ payments, refunds, accounts, webhooks, context }))
      .route('/', createPayoutRoutes({ payouts, advancePayout: payOut, disputes, onboarding, ledger, context }))
      .route('/', createCouponRoutes({ coupons, context })),
    service.publicOrigin,
  )

/** The type by which others call this service. */
export type Api = ReturnType<typeof createApp>
