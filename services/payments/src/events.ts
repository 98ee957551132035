import type { EventHandlers, OrderData } from '@fairpass/sdk'
import type { Drive } from './drive.ts'
import type { Payments } from './store.ts'

/** An order that has ended needs no card any more: what waits for one is given up. */
export const createHandlers = ({ payments, driving }: { payments: Payments; driving: Drive }): EventHandlers => {
  const giveUpWaiting = async ({ data }: { data: OrderData }) => {
    const waiting = await payments.waitingOf(data.id)
    if (waiting) await driving.giveUp(waiting)
  }
  return { 'order.cancelled': giveUpWaiting, 'order.completed': giveUpWaiting }
}
