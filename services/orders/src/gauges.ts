import { now } from '@fairpass/sdk/clock'
import { type GaugeCollector, invariantViolations } from '@fairpass/sdk/telemetry'
import { ordersOpen } from './metrics.ts'
import type { Orders } from './store.ts'

/** How many orders are open, and how many in a state that should not exist. */
export const openOrdersReading = (orders: Pick<Orders, 'figures'>): GaugeCollector => ({
  name: 'open orders',
  read: async () => {
    const { created, settling, overdue, completedWithoutPayment } = await orders.figures(now())
    ordersOpen.set({ status: 'created' }, created)
    ordersOpen.set({ status: 'settling' }, settling)
    invariantViolations.set({ invariant: 'order_overdue' }, overdue)
    invariantViolations.set({ invariant: 'completed_without_payment' }, completedWithoutPayment)
  },
  reset: () => {
    ordersOpen.reset()
    for (const invariant of ['order_overdue', 'completed_without_payment']) invariantViolations.remove({ invariant })
  },
})
