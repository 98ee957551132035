import { createServiceApp, describeApi, type ServiceOptions, type Wiring } from '@fairpass/sdk'
import type { Accounts } from './accounts.ts'
import { createAdminRoutes } from './admin-routes.ts'
import { createCouponRoutes } from './coupon-routes.ts'
import type { Coupons } from './coupon-store.ts'
import type { Disputes } from './dispute-store.ts'
import type { Ledger } from './ledger-store.ts'
import type { LimitVariables } from './limits.ts'
import type { Onboarding } from './onboarding.ts'
import type { Pay } from './pay.ts'
import type { PayoutDrive } from './payout-drive.ts'
import { createPayoutRoutes } from './payout-routes.ts'
import type { Payouts } from './payout-store.ts'
import type { Refunds } from './refunds.ts'
import { createRoutes } from './routes.ts'
import type { Payments } from './store.ts'
import type { Webhooks } from './webhooks.ts'

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
