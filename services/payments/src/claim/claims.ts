import { NotFoundError } from '@fairpass/sdk/errors'
import type { FairpassEvent } from '@fairpass/sdk/events'
import { inTransaction } from '@fairpass/sdk/mongo'
import type { Db } from 'mongodb'
import { PaymentNotRefundableError } from '../domain/payment.ts'
import { refundReasons } from '../domain/refund-cause.ts'
import type { Refunds } from '../payment/refunds.ts'
import type { Payments } from '../payment/store.ts'
import type { Payouts } from '../payout/store.ts'

type Deps = {
  db: Db
  payments: Pick<Payments, 'findIn' | 'find'>
  payouts: Pick<Payouts, 'claimIn'>
  refunds: Pick<Refunds, 'refund'>
}
type Claim = FairpassEvent<'claim.opened' | 'claim.decided'>['data']
type Overdue = FairpassEvent<'handover.overdue'>['data']

/** Refunds and payouts when a ticket did not arrive, or did not work. */
export const createClaims = ({ db, payments, payouts, refunds }: Deps) => {
  /** A bank that has taken the money back already leaves nothing to refund. */
  const refund = async (paymentId: string, reason: string): Promise<void> => {
    try {
      await refunds.refund(paymentId, { reason })
    } catch (error) {
      if (!(error instanceof PaymentNotRefundableError)) throw error
    }
  }

  const apply = (claim: Claim, isOpen: boolean) =>
    inTransaction(db, async (session) => {
      const payment = await payments.findIn(session, claim.paymentId)
      if (!payment) throw new NotFoundError(`There is no payment ${claim.paymentId}`)
      await payouts.claimIn(session, payment, { version: claim.version, isOpen })
    })

  return {
    /** The seller did not pass the ticket on in time. */
    refundOverdue: async ({ paymentId }: Overdue): Promise<void> => {
      if (paymentId) await refund(paymentId, refundReasons.overdue)
    },

    /** Nothing is sent to the seller until it is decided, and what was sent comes back. */
    open: async (claim: Claim): Promise<void> => {
      await apply(claim, true)
    },

    decide: async (claim: Claim): Promise<void> => {
      // The refund first: the payout is not to go out in between.
      if (claim.isRefunded) await refund(claim.paymentId, refundReasons.claim)
      await apply(claim, false)
    },
  }
}

export type Claims = ReturnType<typeof createClaims>
