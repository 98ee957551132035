import { createServiceApp, describeApi, type ServiceOptions } from '@fairpass/sdk/http'
import type { Wiring } from '@fairpass/sdk/service'
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
import type { PayoutDrive } from './payout/process.ts'
import { createPayoutRoutes } from './payout/routes.ts'
import type { Payouts } from './payout/store.ts'
import type { Webhooks } from './webhook/store.ts'

type Deps = {
  service: ServiceOptions
  wiring: Wiring
  pay: Pay
  payments: Payments
  refunds: Refunds
  webhooks: Webhooks
  ledger: Ledger
  accounts: Accounts
  coupons: Coupons
  payouts: Payouts
  payOut: PayoutDrive
  disputes: Disputes
  onboarding: Onboarding
  limits: LimitVariables
}

export const createApp = ({
  service,
  wiring,
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
      .route('/', wiring.listening)
      .route('/', createRoutes({ pay, payments, webhooks, wiring, limits }))
      .route('/', createAdminRoutes({ payments, refunds, accounts, webhooks, wiring }))
      .route('/', createPayoutRoutes({ payouts, driving: payOut, disputes, onboarding, ledger, wiring }))
      .route('/', createCouponRoutes({ coupons, wiring })),
    service.publicOrigin,
  )

/** The type by which others call this service. */
export type Api = ReturnType<typeof createApp>
