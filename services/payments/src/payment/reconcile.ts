import { inSpan, type Log } from '@fairpass/sdk/telemetry'
import { reconciledTotal } from '../metrics.ts'
import type { PaymentProcess } from './process.ts'
import type { Payments } from './store.ts'

type Deps = { payments: Payments; advance: PaymentProcess['advance']; log: Log }

const batch = 20

/** Finishes what a crash, an outage or a lost answer left between two steps, a batch at a time. */
export const reconcile = async ({ payments, advance, log }: Deps): Promise<void> => {
  const due = await payments.due(new Date(), batch)
  await Promise.all(
    due.map(async (found) => {
      const payment = await payments.takeUp(found)
      if (!payment) return
      const line = { paymentId: payment.id, orderId: payment.orderId, from: payment.status, looks: payment.looks }
      try {
        const { status } = await inSpan('reconcile payment', { isRoot: true }, () => advance(payment.id))
        reconciledTotal.inc({ outcome: status === payment.status ? 'waiting' : 'moved' })
        if (status !== payment.status) log.info({ ...line, to: status }, 'payment brought to its end')
      } catch (error) {
        reconciledTotal.inc({ outcome: 'under_way' })
        log.warn({ err: error, ...line }, 'payment still under way')
      }
    }),
  )
}
