import type Stripe from 'stripe'

/** Why an issuer declines, by the codes of https://docs.stripe.com/declines/codes */
export type Decline = {
  code: string
  declineCode?: string
  message: string
  param?: string
}

/** What a test PaymentMethod stands for: https://docs.stripe.com/testing */
export type TestCard = {
  name: string
  brand: string
  last4: string
  funding: 'credit' | 'debit' | 'prepaid'
  decline?: Decline
  authenticates?: boolean
  disputeReason?: string
}

const refusedBy = (declineCode: string, message = 'Your card was declined.'): Decline => ({
  code: 'card_declined',
  declineCode,
  message,
})

export const authenticationRequired = refusedBy(
  'authentication_required',
  'Your card was declined. This transaction requires authentication.',
)

const declines = {
  generic_decline: refusedBy('generic_decline'),
  insufficient_funds: refusedBy('insufficient_funds', 'Your card has insufficient funds.'),
  lost_card: refusedBy('lost_card'),
  stolen_card: refusedBy('stolen_card'),
  fraudulent: refusedBy('fraudulent'),
  card_velocity_exceeded: refusedBy(
    'card_velocity_exceeded',
    'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
  ),
  authentication_required: authenticationRequired,
  expired_card: { code: 'expired_card', message: 'Your card has expired.', param: 'exp_month' },
  incorrect_cvc: { code: 'incorrect_cvc', message: "Your card's security code is incorrect.", param: 'cvc' },
  processing_error: {
    code: 'processing_error',
    message: 'An error occurred while processing your card. Try again in a little bit.',
  },
} satisfies Record<string, Decline>

type DeclineName = keyof typeof declines
export const declineNamed = (name: string): Decline | undefined =>
  Object.entries(declines).find(([each]) => each === name)?.[1]

const card = (name: string, brand: string, last4: string, more: Partial<TestCard> = {}): TestCard => ({
  name,
  brand,
  last4,
  funding: 'credit',
  ...more,
})
const visa = (name: string, last4: string, more: Partial<TestCard> = {}) => card(name, 'visa', last4, more)
const declined = (name: string, last4: string, why: DeclineName) => visa(name, last4, { decline: declines[why] })

const testCards = [
  visa('pm_card_visa', '4242'),
  visa('pm_card_visa_debit', '5556', { funding: 'debit' }),
  card('pm_card_mastercard', 'mastercard', '4444'),
  card('pm_card_mastercard_debit', 'mastercard', '3222', { funding: 'debit' }),
  card('pm_card_mastercard_prepaid', 'mastercard', '5100', { funding: 'prepaid' }),
  card('pm_card_amex', 'amex', '8431'),
  card('pm_card_discover', 'discover', '1117'),
  card('pm_card_diners', 'diners', '0004'),
  card('pm_card_jcb', 'jcb', '0505'),
  card('pm_card_unionpay', 'unionpay', '0005'),
  declined('pm_card_chargeDeclined', '0002', 'generic_decline'),
  declined('pm_card_chargeDeclinedInsufficientFunds', '9995', 'insufficient_funds'),
  declined('pm_card_chargeDeclinedLostCard', '9987', 'lost_card'),
  declined('pm_card_chargeDeclinedStolenCard', '9979', 'stolen_card'),
  declined('pm_card_chargeDeclinedExpiredCard', '0069', 'expired_card'),
  declined('pm_card_chargeDeclinedIncorrectCvc', '0127', 'incorrect_cvc'),
  declined('pm_card_chargeDeclinedProcessingError', '0119', 'processing_error'),
  declined('pm_card_chargeDeclinedFraudulent', '0019', 'fraudulent'),
  declined('pm_card_chargeDeclinedVelocityLimitExceeded', '6975', 'card_velocity_exceeded'),
  visa('pm_card_authenticationRequired', '3184', { authenticates: true }),
  visa('pm_card_threeDSecureRequired', '3063', { authenticates: true }),
  visa('pm_card_threeDSecure2Required', '3220', { authenticates: true }),
  visa('pm_card_authenticationRequiredChargeDeclinedInsufficientFunds', '3178', {
    authenticates: true,
    decline: declines.insufficient_funds,
  }),
  visa('pm_card_createDispute', '0259', { disputeReason: 'fraudulent' }),
  visa('pm_card_createDisputeProductNotReceived', '2685', { disputeReason: 'product_not_received' }),
]

/** Stripe knows the declining cards with and without the brand in their name. */
export const cardNamed = (name: string): TestCard | undefined => {
  const unbranded = name.replace(/^pm_card_visa_(?=chargeDeclined)/, 'pm_card_')
  return testCards.find((each) => each.name === unbranded)
}

// A fingerprint stands for one card number in every PaymentMethod made of it, so it leads back to the card.
const fingerprintOf = ({ name }: TestCard) => Bun.hash(name).toString(36).padStart(16, '0').slice(-16)

export const cardBehind = (method: Stripe.PaymentMethod): TestCard | undefined =>
  testCards.find((each) => fingerprintOf(each) === method.card?.fingerprint)

export const noBillingDetails = { address: null, email: null, name: null, phone: null, tax_id: null }

/** Each use of a test card gives a PaymentMethod of its own, with an id of its own, as at Stripe. */
export const paymentMethodOf = (used: TestCard, id: string, created: number): Stripe.PaymentMethod => ({
  id,
  object: 'payment_method',
  allow_redisplay: 'unspecified',
  billing_details: noBillingDetails,
  card: {
    brand: used.brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: 'US',
    display_brand: used.brand,
    exp_month: 12,
    exp_year: 2034,
    fingerprint: fingerprintOf(used),
    funding: used.funding,
    generated_from: null,
    last4: used.last4,
    networks: { available: [used.brand], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: true },
    wallet: null,
  },
  created,
  customer: null,
  customer_account: null,
  livemode: false,
  metadata: {},
  type: 'card',
})
