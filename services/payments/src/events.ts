import type { EventHandlers, OrderData } from '@fairpass/sdk/events'
import type { Claims } from './claim/claims.ts'
import type { PaymentProcess } from './payment/process.ts'
import type { Payments } from './payment/store.ts'
import type { Payouts } from './payout/store.ts'

type Deps = {
  payments: Payments
  payouts: Pick<Payouts, 'wake'>
  paymentProcess: PaymentProcess
  claims: Claims
}

export const createHandlers = ({ payments, payouts, paymentProcess, claims }: Deps): EventHandlers => {
  /** Orders that have ended need no card any more: what waits for one is given up. */
  const abandonWaiting = {
    batch: async (events: readonly { data: OrderData }[]) => {
      const waiting = await payments.waitingOf(events.map(({ data }) => data.id))
      const ofOrder = Map.groupBy(waiting, ({ orderId }) => orderId)
      return Promise.allSettled(
        events.map(async ({ data }) => {
          for (const payment of ofOrder.get(data.id) ?? []) await paymentProcess.abandon(payment)
        }),
      )
    },
  }
  return {
    'order.cancelled': abandonWaiting,
    'order.completed': abandonWaiting,
    'handover.overdue': ({ data }) => claims.refundOverdue(data),
    'claim.opened': ({ data }) => claims.open(data),
    'claim.decided': ({ data }) => claims.decide(data),
    'user.unbanned': ({ data }) => payouts.wake({ sellerId: data.id }),
  }
}
