import { now as timeNow } from '@fairpass/sdk/clock'
import { VersionConflictError } from '@fairpass/sdk/errors'
import { isUnfinished, type Payment } from '../domain/payment.ts'
import {
  beginPayout,
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
import type { ConnectPort, TransferResult } from '../stripe/connect.ts'
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

/** The outcome is not known yet; a later attempt asks Stripe again. */
export class PayoutUnderWayError extends Error {
  override readonly name = 'PayoutUnderWayError'
  constructor(options?: ErrorOptions) {
    super('the payout is still under way', options)
  }
}

const paidFor = (payment: Payment | undefined): 'yes' | 'no' | 'unknown' => {
  if (payment?.status === 'completed') return 'yes'
  return payment && isUnfinished(payment) && payment.status !== 'refunding' ? 'unknown' : 'no'
}

type Step = (payout: Payout) => Promise<Payout>

const chargeOf = async (stripe: PayoutDeps['stripe'], { intentId }: Payment): Promise<Charge | undefined> => {
  if (intentId === undefined) return undefined
  const result = await stripe.intent(intentId)
  if (result.as === 'answered' && result.intent.chargeId) return { ...result.intent, id: result.intent.chargeId }
  throw new PayoutUnderWayError({ cause: result.as === 'unknown' ? result.cause : new Error(`Stripe: ${result.as}`) })
}

/** Everything that may keep a payout waiting is checked right before it is sent, the ban last of all. */
const createBegin = ({ payouts, payments, sellers, stripe, paymentProcess, bans, now = timeNow }: PayoutDeps): Step => {
  const stay = (payout: Payout, waitsFor: WaitsFor) => payouts.write(payout, wait(payout, waitsFor, now()))

  return async (payout: Payout): Promise<Payout> => {
    const payment = await payments.find(payout.id)
    const isPaid = paidFor(payment)
    if (isPaid === 'no') return payouts.write(payout, refundPayout(payout, now()))
    if (payout.disputes.length > 0) return stay(payout, 'dispute')
    if (!payment || isPaid === 'unknown' || payout.payableAt > now()) return stay(payout, 'event')
    const account = await sellers.refreshed(payout.sellerId)
    if (!account?.isReady) return stay(payout, 'account')
    const charge = await chargeOf(stripe, payment)
    if (charge && (charge.isRefunded || charge.refundedCents > (payment.refundedCents ?? 0))) {
      // Refunded at Stripe without a webhook: nothing is sent on the strength of what was read before.
      await paymentProcess.followRefunds(payment)
      throw new VersionConflictError()
    }
    if (await bans.isBanned(payout.sellerId)) return stay(payout, 'review')
    return payouts.write(payout, beginPayout(payout, { accountId: account.accountId, chargeId: charge?.id }, now()))
  }
}

/** Sends money to a seller, and takes back what is not owed any more. */
const createMoves = ({ payouts, connect, now = timeNow }: PayoutDeps) => {
  const isKept = (result: TransferResult) => result.as === 'unknown' && result.isKept
  const underWay = (result: TransferResult) =>
    new PayoutUnderWayError({ cause: result.as === 'unknown' ? result.cause : new Error(`Stripe: ${result.as}`) })

  /** The payout as sent, where Stripe has its transfer already. */
  const findSent = async (payout: Payout): Promise<Payout | undefined> => {
    const transfer = await connect.sent(payout)
    return transfer && payouts.write(payout, payoutSent(payout, transfer, now()))
  }

  const send = async (payout: Payout): Promise<Payout> => {
    const { accountId, sentCents } = payout
    if (accountId === undefined || sentCents === undefined) throw new Error(`payout ${payout.id} has no destination`)
    const sentBefore = await findSent(payout)
    if (sentBefore) return sentBefore
    const result = await connect.send({ ...payout, accountId, sentCents })
    if (result.as === 'moved') return payouts.write(payout, payoutSent(payout, { id: result.id }, now()))
    if (result.as === 'refused') return payouts.write(payout, payoutRefused(payout, result, now()))
    if (!isKept(result)) throw underWay(result)
    // The failure may be of a request that sent it, of another replica or before a crash: it has ended, so this look is final.
    const sentMeanwhile = await findSent(payout)
    if (sentMeanwhile) return sentMeanwhile
    await payouts.write(payout, payoutAgain(payout))
    throw underWay(result)
  }

  const takeBack = async (payout: Payout): Promise<Payout> => {
    const { transferId } = payout
    if (transferId === undefined) throw new Error(`payout ${payout.id} has no transfer`)
    if (await connect.isBack(transferId)) return payouts.write(payout, payoutBack(payout, now()))
    const result = await connect.takeBack({ ...payout, transferId })
    if (result.as === 'moved') return payouts.write(payout, payoutBack(payout, now()))
    if (result.as === 'refused') return payouts.write(payout, reversalRefused(payout, result.message))
    if (isKept(result)) await payouts.write(payout, reversalRefused(payout, 'Stripe failed'))
    throw underWay(result)
  }

  return { send, takeBack }
}

/** The next step from each status in which a payout has one. */
export const createPayoutSteps = (deps: PayoutDeps) => {
  const { send, takeBack } = createMoves(deps)
  return { waiting: createBegin(deps), paying: send, reversing: takeBack } satisfies { [S in PayoutStatus]?: Step }
}
