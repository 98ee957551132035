import { invariantViolations, type Log } from '@fairpass/sdk/telemetry'
import type { Ledger } from './store.ts'

/** The ledger sums to zero by construction; this says so loudly should anybody have written past it. */
export const checkLedger = async (ledger: Ledger, log: Log): Promise<boolean> => {
  const wrong = Object.entries(await ledger.sums()).filter(([, sum]) => sum !== 0)
  invariantViolations.set({ invariant: 'ledger_sum' }, wrong.length)
  if (wrong.length > 0) log.error({ sums: Object.fromEntries(wrong) }, 'the ledger does not sum to zero')
  return wrong.length === 0
}
