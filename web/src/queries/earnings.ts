import { query } from '@solidjs/router'
import { Earnings, PayoutAccountStatus, Sales } from '../domain/schemas/earnings.ts'
import { cursorOf, load, loadOrFail } from './load.ts'

export const readEarnings = query(() => loadOrFail('/api/payments/earnings', Earnings, {}), 'earnings')

// The rest of the page is there without them.
export const readSales = query(
  (search: string) => load('/api/payments/earnings/sales', Sales, {}, { search: cursorOf(search) }),
  'sales',
)

// Payments asks Stripe.
const payoutAccountTimeoutMs = 5000

export const readPayoutAccount = query(
  () => load('/api/payments/account', PayoutAccountStatus, {}, { timeoutMs: payoutAccountTimeoutMs }),
  'standing',
)
