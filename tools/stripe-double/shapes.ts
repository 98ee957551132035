import type Stripe from 'stripe'
import type { ErrorBody } from './errors.ts'
import { type Decline, noBillingDetails } from './payment/cards.ts'

/** The objects that the double keeps, in the shapes that stripe-node declares for its pinned API version. */
export type StoredObject =
  | KeptAccount
  | Stripe.Charge
  | Stripe.Dispute
  | Stripe.PaymentIntent
  | Stripe.PaymentMethod
  | Stripe.Refund
  | Stripe.Transfer
  | Stripe.TransferReversal

/** An account of somebody else on the platform, made by it. */
export type KeptAccount = Stripe.Account & { created: number; metadata: Record<string, string> }

/** A change of an object that an event will describe. */
export type Happening = {
  type: Stripe.Event['type']
  object: StoredObject
}

export const happening = (type: Happening['type'], object: StoredObject): Happening => ({ type, object })

/** The result of a transition: the intent after it, every object that it changed, and its events, in order. */
export type Outcome = {
  intent: Stripe.PaymentIntent
  touched: StoredObject[]
  happenings: Happening[]
  /** Present when the card was refused: Stripe answers 402, yet the attempt is kept. */
  declined?: ErrorBody
}

/** The source of time and of ids; every decision is pure. */
export type World = {
  nowSeconds: number
  newId(prefix: string): string
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

export const newId = (prefix: string): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(24))
  return `${prefix}_${Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join('')}`
}

export type NewIntent = {
  amount: number
  currency: string
  captureMethod: 'automatic' | 'automatic_async' | 'manual'
  confirmationMethod: 'automatic' | 'manual'
  allowedPaymentMethodTypes: string[] | null
  automaticPaymentMethods: Stripe.PaymentIntent.AutomaticPaymentMethods | null
  metadata: Record<string, string>
  description: string | null
  receiptEmail: string | null
  transferGroup: string | null
  statementDescriptorSuffix: string | null
}

export const intentOf = (asked: NewIntent, { newId, nowSeconds }: World): Stripe.PaymentIntent => {
  const id = newId('pi')
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: asked.allowedPaymentMethodTypes,
    amount: asked.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: asked.automaticPaymentMethods,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: asked.captureMethod,
    client_secret: newId(`${id}_secret`),
    confirmation_method: asked.confirmationMethod,
    created: nowSeconds,
    currency: asked.currency,
    customer: null,
    customer_account: null,
    description: asked.description,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: asked.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: asked.receiptEmail,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: asked.statementDescriptorSuffix,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: asked.transferGroup,
  }
}

const authorized: Stripe.Charge.Outcome = {
  advice_code: null,
  network_advice_code: null,
  network_decline_code: null,
  network_status: 'approved_by_network',
  reason: null,
  risk_level: 'normal',
  risk_score: 12,
  seller_message: 'Payment complete.',
  type: 'authorized',
}

const issuerDeclined = ({ code, declineCode }: Decline): Stripe.Charge.Outcome => ({
  ...authorized,
  network_status: 'declined_by_network',
  reason: declineCode ?? code,
  seller_message: 'The bank returned a decline.',
  type: 'issuer_declined',
})

/** The attempt on a card: authorised, or declined and kept as a failed charge. */
export const chargeOf = (
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  decline: Decline | undefined,
  { newId, nowSeconds }: World,
): Stripe.Charge => ({
  id: newId('ch'),
  object: 'charge',
  amount: intent.amount,
  amount_captured: 0,
  amount_refunded: 0,
  application: null,
  application_fee: null,
  application_fee_amount: null,
  balance_transaction: null,
  billing_details: noBillingDetails,
  calculated_statement_descriptor: 'FAIRPASS',
  captured: false,
  created: nowSeconds,
  currency: intent.currency,
  customer: null,
  description: intent.description,
  disputed: false,
  failure_balance_transaction: null,
  failure_code: decline?.code ?? null,
  failure_message: decline?.message ?? null,
  fraud_details: {},
  livemode: false,
  metadata: intent.metadata,
  on_behalf_of: null,
  outcome: decline ? issuerDeclined(decline) : authorized,
  paid: !decline,
  payment_intent: intent.id,
  payment_method: method.id,
  payment_method_details: { type: 'card' },
  receipt_email: intent.receipt_email,
  receipt_number: null,
  receipt_url: null,
  refunded: false,
  review: null,
  shipping: null,
  source: null,
  source_transfer: null,
  statement_descriptor: null,
  statement_descriptor_suffix: intent.statement_descriptor_suffix,
  status: decline ? 'failed' : 'succeeded',
  transfer_data: null,
  transfer_group: intent.transfer_group,
})

export const refundOf = (
  charge: Stripe.Charge,
  amount: number,
  asked: { reason: Stripe.Refund.Reason | null; metadata: Record<string, string> },
  { newId, nowSeconds }: World,
): Stripe.Refund => ({
  id: newId('re'),
  object: 'refund',
  amount,
  balance_transaction: null,
  charge: charge.id,
  created: nowSeconds,
  currency: charge.currency,
  customer: null,
  customer_account: null,
  destination_details: { card: { type: charge.captured ? 'refund' : 'reversal' }, type: 'card' },
  metadata: asked.metadata,
  payment_intent: charge.payment_intent,
  payment_method: charge.payment_method,
  reason: asked.reason,
  receipt_number: null,
  source_transfer_reversal: null,
  status: 'succeeded',
  transfer_reversal: null,
})

/** An event as it is kept; `lane` is the intent it is about, and stays inside. */
export type StoredEvent = {
  id: string
  object: 'event'
  lane: string
  created: number
  type: string
  data: { object: StoredObject }
  request: { id: string | null; idempotency_key: string | null }
}

/** A link to the page where a seller tells Stripe who they are; it opens once, for a few minutes. */
export type Onboarding = {
  id: string
  object: 'onboarding'
  created: number
  account: string
  returnUrl: string
  refreshUrl: string
  expiresAt: number
}
