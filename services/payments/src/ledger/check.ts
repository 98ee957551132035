import { invariantViolations, type Log } from '@fairpass/sdk/telemetry'
import type { Ledger } from './store.ts'

const wrongIn = (sums: Record<string, number>) => Object.entries(sums).filter(([, sum]) => sum !== 0)

/**
 * The ledger sums to zero by construction; this logs an error if anybody has written past it. It closes what is new, and
 * counts a part of what is closed again.
 */
export const checkLedger = async (ledger: Pick<Ledger, 'close' | 'closedSums' | 'recount'>, log: Log) => {
  const unbalanced = await ledger.close()
  if (unbalanced.length > 0) log.error({ entries: unbalanced.slice(0, 100) }, 'entries do not sum to zero')
  const [wrong, changed] = [wrongIn(await ledger.closedSums()), wrongIn(await ledger.recount())]
  const currencies = new Set([...wrong, ...changed].map(([currency]) => currency))
  invariantViolations.set({ invariant: 'ledger_sum' }, currencies.size)
  if (wrong.length > 0) log.error({ sums: Object.fromEntries(wrong) }, 'the ledger does not sum to zero')
  if (changed.length > 0)
    log.error({ differences: Object.fromEntries(changed) }, 'closed entries were changed, or are no more')
  return currencies.size === 0
}
