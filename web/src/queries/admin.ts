import { query } from '@solidjs/router'
import { Accounts, Coupons, Disputes, Payments, Payouts } from '../domain/schemas/admin.ts'
import { Claims } from '../domain/schemas/order.ts'
import { cursorAndStatusOf, cursorOf, loadOrFail } from './load.ts'

export const readCoupons = query(
  (search: string) => loadOrFail('/api/coupons', Coupons, {}, cursorOf(search)),
  'coupons',
)

export const readAccounts = query(
  (search: string) => loadOrFail('/api/users', Accounts, {}, cursorOf(search)),
  'accounts',
)

export const readPayments = query((search: string) => {
  const orderId = new URLSearchParams(search).get('orderId')?.trim()
  const asked = orderId ? `?orderId=${encodeURIComponent(orderId.slice(0, 100))}` : cursorOf(search)
  return loadOrFail('/api/payments', Payments, {}, asked)
}, 'payments')

export const readPayouts = query(
  (search: string) => loadOrFail('/api/payments/payouts', Payouts, {}, cursorAndStatusOf(search)),
  'payouts',
)

export const readDisputes = query(
  (search: string) => loadOrFail('/api/payments/disputes', Disputes, {}, cursorAndStatusOf(search)),
  'disputes',
)

export const readClaims = query(
  (search: string) => loadOrFail('/api/orders/claims', Claims, {}, cursorAndStatusOf(search)),
  'claims',
)
