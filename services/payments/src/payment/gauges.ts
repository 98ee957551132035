import { now as timeNow } from '@fairpass/sdk/clock'
import { type GaugeCollector, invariantViolations } from '@fairpass/sdk/telemetry'
import { type Payment, unfinishedStatuses } from '../domain/payment.ts'
import { paymentsUnfinished, paymentsUnfinishedOldestSeconds } from '../metrics.ts'
import type { Payments } from './store.ts'

/** Money that was taken has its order, or goes back, within this (docs/design.md, promise 2). */
const withinMs = 60_000

/** Its money is with the bank, which decides for weeks whether there is any to be given back. */
const waitsForBank = ({ status, dispute }: Pick<Payment, 'status' | 'dispute'>) =>
  status === 'refunding' && dispute?.status === 'open'

const secondsSince = (moment: Date, now: Date) => Math.max(0, (now.getTime() - moment.getTime()) / 1000)

/** How many payments are between two steps, and whether any with taken money has been there too long. */
export const unfinishedGauges = (payments: Pick<Payments, 'unfinished'>): GaugeCollector => ({
  name: 'unfinished payments',
  read: async () => {
    const now = timeNow()
    const found = await payments.unfinished()
    for (const status of unfinishedStatuses)
      paymentsUnfinished.set({ status }, found.filter((payment) => payment.status === status).length)
    const ours = found.filter((payment) => payment.status !== 'awaiting_method' && !waitsForBank(payment))
    paymentsUnfinishedOldestSeconds.set(Math.max(0, ...ours.map(({ updatedAt }) => secondsSince(updatedAt, now))))
    const stuck = ours.filter(
      ({ status, updatedAt }) =>
        (status === 'captured' || status === 'refunding') && now.getTime() - updatedAt.getTime() > withinMs,
    )
    invariantViolations.set({ invariant: 'captured_without_order' }, stuck.length)
  },
  reset: () => {
    paymentsUnfinished.reset()
    paymentsUnfinishedOldestSeconds.remove()
    invariantViolations.remove({ invariant: 'captured_without_order' })
  },
})
