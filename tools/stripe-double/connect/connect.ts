import type Stripe from 'stripe'
import { refused } from '../errors.ts'
import { type Happening, happening, type KeptAccount, type StoredObject, type World } from '../shapes.ts'

/** What Stripe asks of a person before it sends them money, before they have answered. */
const unanswered = ['external_account', 'individual.dob.day', 'individual.verification.document', 'tos_acceptance.date']

const requirements = (due: string[]): Stripe.Account.Requirements => ({
  alternatives: [],
  current_deadline: null,
  currently_due: due,
  disabled_reason: due.length > 0 ? 'requirements.past_due' : null,
  errors: [],
  eventually_due: due,
  past_due: due,
  pending_verification: [],
})

export type NewAccount = {
  controller: Omit<Stripe.Account.Controller, 'type' | 'is_controller'>
  country: string
  email: string | null
  wantsTransfers: boolean
  metadata: Record<string, string>
}

export const accountOf = (asked: NewAccount, { newId, nowSeconds }: World): KeptAccount => ({
  id: newId('acct'),
  object: 'account',
  capabilities: asked.wantsTransfers ? { transfers: 'inactive' } : {},
  charges_enabled: false,
  controller: { ...asked.controller, type: 'application', is_controller: true },
  country: asked.country,
  created: nowSeconds,
  default_currency: 'eur',
  details_submitted: false,
  email: asked.email,
  metadata: asked.metadata,
  payouts_enabled: false,
  requirements: requirements(unanswered),
  type: 'none',
})

export const onboardedAs = ['complete', 'incomplete', 'restricted'] as const
export type Onboarded = (typeof onboardedAs)[number]

/** The seller answered everything, left something out, or Stripe has taken the account out of use. */
export const onboard = (account: KeptAccount, how: Onboarded): KeptAccount => {
  const due = how === 'complete' ? [] : how === 'incomplete' ? unanswered.slice(2, 3) : ['interv_review']
  const isReady = how === 'complete'
  return {
    ...account,
    details_submitted: how !== 'incomplete',
    payouts_enabled: isReady,
    capabilities: account.capabilities?.transfers ? { transfers: isReady ? 'active' : 'inactive' } : {},
    requirements: requirements(due),
  }
}

export type TransferRequest = {
  amount: number
  currency: string
  sourceTransaction: string | null
  transferGroup: string | null
  description: string | null
  metadata: Record<string, string>
}

/** What a transfer draws from: the charge that it names, or else the platform's balance. */
export type Source = {
  charge?: Stripe.Charge | undefined
  /** what is left there to be transferred */
  available: number
}

type TransferOutcome<T> = {
  made: T
  touched: StoredObject[]
  happenings: Happening[]
}

/** @throws StripeRefusal, with the sentence that Stripe has for it */
const assertTransferable = (destination: KeptAccount, asked: TransferRequest, { charge, available }: Source): void => {
  if (destination.capabilities?.transfers !== 'active') {
    throw refused(
      'Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments',
      { code: 'insufficient_capabilities_for_transfer' },
    )
  }
  if (charge && charge.currency !== asked.currency) {
    throw refused(
      `The currency of source_transaction's balance transaction (${charge.currency}) must be the same as the transfer currency (${asked.currency})`,
    )
  }
  if (charge?.transfer_group && asked.transferGroup && charge.transfer_group !== asked.transferGroup) {
    throw refused(`The transfer_group of the source_transaction is ${charge.transfer_group}.`, {
      param: 'transfer_group',
    })
  }
  if (charge && !charge.captured) throw refused(`Charge ${charge.id} has not been captured.`)
  if (asked.amount > available) {
    throw charge
      ? refused(
          `The transfers using this source transaction (${charge.id}) will exceed the source transaction amount.`,
          { param: 'amount' },
        )
      : refused('You have insufficient available funds in your Stripe account.', { code: 'balance_insufficient' })
  }
}

export const transfer = (
  destination: KeptAccount,
  asked: TransferRequest,
  source: Source,
  world: World,
): TransferOutcome<Stripe.Transfer> => {
  assertTransferable(destination, asked, source)
  const { charge } = source
  const id = world.newId('tr')
  const made: Stripe.Transfer = {
    id,
    object: 'transfer',
    amount: asked.amount,
    amount_reversed: 0,
    balance_transaction: null,
    created: world.nowSeconds,
    currency: asked.currency,
    description: asked.description,
    destination: destination.id,
    destination_payment: world.newId('py'),
    livemode: false,
    metadata: asked.metadata,
    reversals: { object: 'list', data: [], has_more: false, url: `/v1/transfers/${id}/reversals` },
    reversed: false,
    source_transaction: asked.sourceTransaction,
    source_type: 'card',
    transfer_group:
      asked.transferGroup ?? (charge ? (charge.transfer_group ?? `group_${charge.payment_intent}`) : null),
  }
  return { made, touched: [made], happenings: [happening('transfer.created', made)] }
}

export type ReversalRequest = { amount: number | undefined; metadata: Record<string, string> }

export const reverse = (
  before: Stripe.Transfer,
  asked: ReversalRequest,
  { newId, nowSeconds }: World,
): TransferOutcome<Stripe.TransferReversal> => {
  const rest = before.amount - before.amount_reversed
  const amount = asked.amount ?? rest
  if (rest === 0) throw refused(`Transfer ${before.id} is already fully reversed.`)
  if (amount < 1 || amount > rest) {
    throw refused(`Reversal amount (${amount}) is greater than unreversed amount on transfer (${rest}).`, {
      param: 'amount',
    })
  }
  const made: Stripe.TransferReversal = {
    id: newId('trr'),
    object: 'transfer_reversal',
    amount,
    balance_transaction: null,
    created: nowSeconds,
    currency: before.currency,
    destination_payment_refund: null,
    metadata: asked.metadata,
    source_refund: null,
    transfer: before.id,
  }
  const after: Stripe.Transfer = {
    ...before,
    amount_reversed: before.amount_reversed + amount,
    reversed: amount === rest,
    reversals: { ...before.reversals, data: [made, ...before.reversals.data] },
  }
  return { made, touched: [after, made], happenings: [happening('transfer.reversed', after)] }
}
