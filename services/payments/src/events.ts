import type { EventHandlers, OrderData } from '@fairpass/sdk/events'
import type { Drive } from './payment/process.ts'
import type { Payments } from './payment/store.ts'
import type { Payouts } from './payout/store.ts'

type Deps = { payments: Payments; payouts: Pick<Payouts, 'wake'>; driving: Drive }

export const createHandlers = ({ payments, payouts, driving }: Deps): EventHandlers => {
  /** An order that has ended needs no card any more: what waits for one is given up. */
  const giveUpWaiting = async ({ data }: { data: OrderData }) => {
    const waiting = await payments.waitingOf(data.id)
    if (waiting) await driving.giveUp(waiting)
  }
  return {
    'order.cancelled': giveUpWaiting,
    'order.completed': giveUpWaiting,
    'user.unbanned': ({ data }) => payouts.wake({ sellerId: data.id }),
  }
}
