import { now as timeNow } from '@fairpass/sdk/clock'
import type { Ledger } from '../ledger/store.ts'
import type { Payouts } from './store.ts'

type Earnings = Record<string, { pendingCents: number; availableCents: number; paidOutCents: number }>

/**
 * What a seller has earned: what they were sent, what could be sent now, and what has to wait. The three add up to the
 * sales that were not given back; somebody who was sent more than that owes it, and has so much less pending.
 */
export const earningsOf = async (ledger: Ledger, payouts: Pick<Payouts, 'availableOf'>, sellerId: string) => {
  const account = `seller:${sellerId}` as const
  // Read at one moment: what is being sent right now is counted once.
  const [owed, paidOut, available] = await ledger.atOnce(async (session) => [
    await ledger.balances(account, undefined, session),
    await ledger.balances(account, ['payout', 'payout_reversed'], session),
    await payouts.availableOf(sellerId, timeNow(), session),
  ])
  const earnings: Earnings = {}
  for (const [currency, balance] of Object.entries(owed)) {
    const availableCents = available[currency] ?? 0
    const pendingCents = 0 - balance - availableCents
    earnings[currency] = { pendingCents, availableCents, paidOutCents: paidOut[currency] ?? 0 }
  }
  return earnings
}
