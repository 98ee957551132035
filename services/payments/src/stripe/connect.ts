import { RequestValidationError, ServiceUnavailableError } from '@fairpass/sdk/errors'
import Stripe from 'stripe'
import type { ReportedDispute } from '../domain/dispute.ts'
import type { DisputeStatus } from '../domain/dispute-status.ts'
import type { Payout } from '../domain/payout.ts'
import { idOf } from './lists.ts'
import { isKeptAnswer } from './payment-intents.ts'

/** A seller's account at Stripe, as far as payouts care. */
export type SellerAccount = {
  id: string
  /** money can be sent there, and from there to a bank */
  isReady: boolean
  /** the seller has told Stripe what it asked for at first */
  isSubmitted: boolean
  /** what Stripe still asks for, in its words */
  due: string[]
}

/** How Stripe answered a movement between balances. `unknown` says nothing about what happened there. */
export type TransferResult =
  | { as: 'moved'; id: string }
  | { as: 'refused'; code: string | undefined; message: string }
  /** `isKept`: Stripe keeps this failure under the idempotency key, and has ended whatever it did under it */
  | { as: 'unknown'; isKept: boolean; cause: unknown }

type SentTransfer = { id: string; transferAttempt: number; sentCents: number }

type Sending = Pick<Payout, 'id' | 'orderId' | 'currency' | 'transferAttempt'> & {
  sentCents: number
  accountId: string
  chargeId?: string | undefined
}

/** Stripe Connect as payments uses it. What only asks throws ServiceUnavailableError when there is no answer. */
export type ConnectPort = {
  openAccount: (sellerId: string, country: string | undefined) => Promise<SellerAccount>
  account: (accountId: string) => Promise<SellerAccount>
  link: (
    accountId: string,
    back: { returnUrl: string; refreshUrl: string },
  ) => Promise<{ url: string; expiresAt: Date }>
  /** what is with the seller of this round, or of a later one that a restored backup does not know */
  sent: (payout: Pick<Payout, 'id' | 'transferAttempt'>) => Promise<SentTransfer | undefined>
  send: (payout: Sending) => Promise<TransferResult>
  isBack: (transferId: string) => Promise<boolean>
  takeBack: (
    payout: Pick<Payout, 'id' | 'transferAttempt' | 'keyGeneration'> & { transferId: string },
  ) => Promise<TransferResult>
  /** undefined for one that is not the platform's */
  dispute: (disputeId: string) => Promise<ReportedDispute | undefined>
  /** all of them, up to `manyDisputes` */
  disputesSince: (since: Date) => Promise<ReportedDispute[]>
}

const unavailable = (cause: unknown) => {
  if (cause instanceof Stripe.errors.StripeError) return new ServiceUnavailableError(undefined, { cause })
  return cause
}

const asked = async <T>(answer: Promise<T>): Promise<T> => {
  try {
    return await answer
  } catch (error) {
    throw unavailable(error)
  }
}

const moved = async (answer: Promise<{ id: string }>): Promise<TransferResult> => {
  try {
    return { as: 'moved', id: (await answer).id }
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error
    if (error instanceof Stripe.errors.StripeInvalidRequestError)
      return { as: 'refused', code: error.code, message: error.message }
    return { as: 'unknown', isKept: isKeptAnswer(error), cause: error }
  }
}

const toAccount = ({ id, capabilities, payouts_enabled, details_submitted, requirements }: Stripe.Account) => ({
  id,
  isReady: capabilities?.transfers === 'active' && payouts_enabled,
  isSubmitted: details_submitted,
  due: requirements?.currently_due ?? [],
})

const statusOf = (status: Stripe.Dispute.Status): DisputeStatus => {
  switch (status) {
    case 'warning_needs_response':
    case 'warning_under_review':
      return 'inquiry'
    case 'warning_closed':
    case 'prevented':
      return 'closed'
    case 'won':
      return 'won'
    case 'lost':
    case 'appeal_needs_response':
    case 'appeal_under_review':
      return 'lost'
    default:
      return 'open'
  }
}

const momentOf = (seconds: number) => new Date(seconds * 1_000)

const toDispute = (found: Stripe.Dispute): ReportedDispute => ({
  id: found.id,
  intentId: idOf(found.payment_intent),
  paymentId: typeof found.payment_intent === 'object' ? found.payment_intent?.metadata.paymentId : undefined,
  status: statusOf(found.status),
  amountCents: found.amount,
  currency: found.currency,
  reason: found.reason,
  respondBy: found.evidence_details.due_by ? momentOf(found.evidence_details.due_by) : undefined,
  openedAt: momentOf(found.created),
})

const manyRounds = 100
/** More than that in a day, and no webhook of any, is beyond what is looked for. */
const manyDisputes = 2_000

const accountCalls = ({ accounts, accountLinks }: Stripe): Pick<ConnectPort, 'openAccount' | 'account' | 'link'> => ({
  openAccount: async (sellerId, country) => {
    const params: Stripe.AccountCreateParams = {
      capabilities: { transfers: { requested: true } },
      controller: {
        fees: { payer: 'application' },
        losses: { payments: 'application' },
        stripe_dashboard: { type: 'express' },
      },
      metadata: { sellerId },
      ...(country === undefined ? {} : { country }),
    }
    try {
      return toAccount(await accounts.create(params, { idempotencyKey: `account:${sellerId}:${country ?? ''}` }))
    } catch (error) {
      if (
        error instanceof Stripe.errors.StripeInvalidRequestError &&
        country !== undefined &&
        error.param === 'country'
      )
        throw new RequestValidationError([{ msg: 'is not a country that sellers can be paid in', param: 'country' }])
      throw unavailable(error)
    }
  },

  account: async (accountId) => toAccount(await asked(accounts.retrieve(accountId))),

  link: async (account, { returnUrl, refreshUrl }) => {
    const link = await asked(
      accountLinks.create({ account, type: 'account_onboarding', return_url: returnUrl, refresh_url: refreshUrl }),
    )
    return { url: link.url, expiresAt: momentOf(link.expires_at) }
  },
})

const transferCalls = ({ transfers }: Stripe): Pick<ConnectPort, 'sent' | 'send' | 'isBack' | 'takeBack'> => ({
  sent: async ({ id, transferAttempt }) => {
    const { data } = await asked(transfers.list({ transfer_group: id, limit: manyRounds }))
    const roundOf = ({ metadata }: Stripe.Transfer) => Number(metadata.round)
    const made =
      data.find((one) => roundOf(one) > transferAttempt && !one.reversed) ??
      data.find((one) => roundOf(one) === transferAttempt)
    return made && { id: made.id, transferAttempt: roundOf(made), sentCents: made.amount }
  },

  send: ({ id, orderId, currency, transferAttempt, sentCents, accountId, chargeId }) =>
    moved(
      transfers.create(
        {
          amount: sentCents,
          currency,
          destination: accountId,
          ...(chargeId === undefined ? {} : { source_transaction: chargeId }),
          transfer_group: id,
          metadata: { paymentId: id, orderId, round: `${transferAttempt}` },
        },
        { idempotencyKey: `payout:${id}:${transferAttempt}` },
      ),
    ),

  isBack: async (transferId) => (await asked(transfers.retrieve(transferId))).reversed,

  takeBack: ({ id, transferAttempt, keyGeneration, transferId }) =>
    moved(
      transfers.createReversal(transferId, {}, { idempotencyKey: `back:${id}:${transferAttempt}:${keyGeneration}` }),
    ),
})

const disputeCalls = ({ disputes }: Stripe): Pick<ConnectPort, 'dispute' | 'disputesSince'> => ({
  dispute: async (disputeId) => {
    try {
      return toDispute(await disputes.retrieve(disputeId, { expand: ['payment_intent'] }))
    } catch (error) {
      if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing')
        return undefined
      throw unavailable(error)
    }
  },

  disputesSince: async (since) => {
    const gte = Math.floor(since.getTime() / 1_000)
    const page = { created: { gte }, limit: 100, expand: ['data.payment_intent'] }
    const found = disputes.list(page).autoPagingToArray({ limit: manyDisputes })
    return (await asked(found)).map(toDispute)
  },
})

export const createConnectPort = (stripe: Stripe): ConnectPort => ({
  ...accountCalls(stripe),
  ...transferCalls(stripe),
  ...disputeCalls(stripe),
})
