import { VersionConflictError } from '@fairpass/sdk/errors'
import { isUnfinishedPayout, type Payout } from '../domain/payout.ts'
import { createPayoutSteps, type PayoutDeps, PayoutUnderWayError } from './steps.ts'

/** Sent, back and sent again takes five steps; the rest is for what another replica was quicker with. */
const maxSteps = 16

/**
 * Brings what sellers were sent in line with what they are owed, from wherever it stands: stopped between any two steps,
 * doing it again leads to the same end. Replicas may process the same payout at once.
 */
export const createPayoutProcess = (deps: PayoutDeps) => {
  const { payouts } = deps
  const stepFrom = createPayoutSteps(deps)

  /** Whether more steps follow at once, or a later attempt has to continue. */
  const isAtRest = (before: Payout, after: Payout) =>
    !isUnfinishedPayout(after) || after.status === 'waiting' || after.status === before.status

  /**
   * Takes a payout as far as it goes now.
   * @throws PayoutUnderWayError, ServiceUnavailableError when it is not known how far that is
   */
  return async (id: string): Promise<Payout> => {
    for (let step = 1; step <= maxSteps; step++) {
      const payout = await payouts.find(id)
      if (!payout) throw new Error(`there is no payout ${id}`)
      if (!isUnfinishedPayout(payout)) return payout
      try {
        const next = await stepFrom[payout.status](payout)
        if (isAtRest(payout, next)) return next
      } catch (error) {
        // Another replica moved it: continue from there.
        if (!(error instanceof VersionConflictError)) throw error
      }
    }
    throw new PayoutUnderWayError()
  }
}

export type PayoutProcess = ReturnType<typeof createPayoutProcess>
