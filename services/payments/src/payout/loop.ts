import { now as timeNow } from '@fairpass/sdk/clock'
import { inSpan, type Log } from '@fairpass/sdk/telemetry'
import type { PayoutProcess } from './process.ts'
import type { Payouts } from './store.ts'

type Deps = { payouts: Payouts; advancePayout: PayoutProcess; log: Log }

const batch = 20
/** After so many batches the loop pauses, even when there is more. */
const maxBatches = 25

const payOutBatch = async ({ payouts, advancePayout, log }: Deps): Promise<number> => {
  const due = await payouts.due(timeNow(), batch)
  await Promise.all(
    due.map(async (found) => {
      const payout = await payouts.claim(found)
      if (!payout) return
      const { id, orderId, sellerId, status: from } = payout
      const line = { paymentId: id, orderId, sellerId, from, attempts: payout.lease.attempts }
      try {
        const { status, waitsFor, failure } = await inSpan('pay out', { isRoot: true }, () => advancePayout(id))
        if (status !== from) log.info({ ...line, to: status }, 'payout moved')
        if (failure) log.warn({ ...line, waitsFor, failure }, 'Stripe refuses a payout')
      } catch (error) {
        log.warn({ err: error, ...line }, 'payout still under way')
      }
    }),
  )
  return due.length
}

/** Processes the payouts whose time has come, and at those that were left between two steps, a batch at a time. */
export const payOutDue = async (deps: Deps): Promise<void> => {
  for (let batches = 1; batches <= maxBatches; batches++) if ((await payOutBatch(deps)) < batch) return
}
