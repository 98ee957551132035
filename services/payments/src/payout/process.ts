import { VersionConflictError } from '@fairpass/sdk/errors'
import { isUnfinished, type Payment } from '../domain/payment.ts'
import {
  beginPayout,
  isUnfinishedPayout,
  type Payout,
  type PayoutStatus,
  payoutAgain,
  payoutBack,
  payoutRefused,
  payoutSent,
  refundPayout,
  reversalRefused,
  type WaitsFor,
  wait,
} from '../domain/payout.ts'
import type { PaymentProcess } from '../payment/process.ts'
import type { Payments } from '../payment/store.ts'
import type { Bans } from '../peers/auth.ts'
import type { ConnectPort, Moved } from '../stripe/connect.ts'
import type { StripePort } from '../stripe/payment-intents.ts'
import type { Sellers } from './sellers.ts'
import type { Payouts } from './store.ts'

export type PayoutDeps = {
  payouts: Payouts
  payments: Pick<Payments, 'find'>
  sellers: Sellers
  stripe: Pick<StripePort, 'intent'>
  paymentProcess: Pick<PaymentProcess, 'followRefunds'>
  connect: ConnectPort
  bans: Bans
  now?: (() => Date) | undefined
}

type Charge = { id: string; isRefunded: boolean; refundedCents: number }

/** Sent, back and sent again takes five steps; the rest is for what another replica was quicker with. */
const maxSteps = 16

/** Nobody knows yet what became of it; it is asked about again later. */
class PayoutUnderWayError extends Error {
  constructor(options?: ErrorOptions) {
    super('the payout is still under way', options)
  }
}

const paidFor = (payment: Payment | undefined): 'yes' | 'no' | 'unknown' => {
  if (payment?.status === 'completed') return 'yes'
  return payment && isUnfinished(payment) && payment.status !== 'refunding' ? 'unknown' : 'no'
}

/**
 * Brings what sellers were sent in line with what they are owed, from wherever it stands: stopped between any two steps,
 * doing it again leads to the same end. Replicas may look at the same payout at once.
 */
export const createPayoutProcess = ({
  payouts,
  payments,
  sellers,
  stripe,
  paymentProcess,
  connect,
  bans,
  now = () => new Date(),
}: PayoutDeps) => {
  const stay = (payout: Payout, waitsFor: WaitsFor) => payouts.write(payout, wait(payout, waitsFor, now()))

  const underWay = async (payout: Payout, told: Moved, again: (payout: Payout) => Payout) => {
    if (told.as === 'unknown' && told.isKept) await payouts.write(payout, again(payout))
    return new PayoutUnderWayError({ cause: told.as === 'unknown' ? told.cause : new Error(`Stripe: ${told.as}`) })
  }

  const chargeOf = async ({ intentId }: Payment): Promise<Charge | undefined> => {
    if (intentId === undefined) return undefined
    const told = await stripe.intent(intentId)
    if (told.as === 'told' && told.intent.chargeId) return { ...told.intent, id: told.intent.chargeId }
    throw new PayoutUnderWayError({ cause: told.as === 'unknown' ? told.cause : new Error(`Stripe: ${told.as}`) })
  }

  /** Everything that may stand in the way is looked at right before, the ban last of all. */
  const begin = async (payout: Payout): Promise<Payout> => {
    const payment = await payments.find(payout.id)
    const isPaid = paidFor(payment)
    if (isPaid === 'no') return payouts.write(payout, refundPayout(payout, now()))
    if (payout.disputes.length > 0) return stay(payout, 'dispute')
    if (!payment || isPaid === 'unknown' || payout.payableAt > now()) return stay(payout, 'event')
    const account = await sellers.refreshed(payout.sellerId)
    if (!account?.isReady) return stay(payout, 'account')
    const charge = await chargeOf(payment)
    if (charge && (charge.isRefunded || charge.refundedCents > (payment.refundedCents ?? 0))) {
      // Given back at Stripe, and no webhook told: nothing is sent on what was read before.
      await paymentProcess.followRefunds(payment)
      throw new VersionConflictError()
    }
    if (await bans.isBanned(payout.sellerId)) return stay(payout, 'review')
    return payouts.write(payout, beginPayout(payout, { accountId: account.accountId, chargeId: charge?.id }, now()))
  }

  const send = async (payout: Payout): Promise<Payout> => {
    const { accountId, sentCents } = payout
    if (accountId === undefined || sentCents === undefined) throw new Error(`payout ${payout.id} has no destination`)
    const made = await connect.sent(payout)
    if (made) return payouts.write(payout, payoutSent(payout, made, now()))
    const told = await connect.send({ ...payout, accountId, sentCents })
    if (told.as === 'moved') return payouts.write(payout, payoutSent(payout, told.id, now()))
    if (told.as === 'refused') return payouts.write(payout, payoutRefused(payout, told, now()))
    throw await underWay(payout, told, payoutAgain)
  }

  const takeBack = async (payout: Payout): Promise<Payout> => {
    const { transferId } = payout
    if (transferId === undefined) throw new Error(`payout ${payout.id} has no transfer`)
    if (await connect.isBack(transferId)) return payouts.write(payout, payoutBack(payout, now()))
    const told = await connect.takeBack({ ...payout, transferId })
    if (told.as === 'moved') return payouts.write(payout, payoutBack(payout, now()))
    if (told.as === 'refused') return payouts.write(payout, reversalRefused(payout, told.message))
    throw await underWay(payout, told, (kept) => reversalRefused(kept, 'Stripe failed'))
  }

  const stepFrom = { waiting: begin, paying: send, reversing: takeBack } satisfies {
    [S in PayoutStatus]?: (payout: Payout) => Promise<Payout>
  }

  /** Whether one step after another leads on from here, or somebody has to come back later. */
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
        // Somebody else moved it: on from there.
        if (!(error instanceof VersionConflictError)) throw error
      }
    }
    throw new PayoutUnderWayError()
  }
}

export type PayoutProcess = ReturnType<typeof createPayoutProcess>
