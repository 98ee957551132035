/** The types of Stripe's events that are needed here: an endpoint at Stripe enables these, and no others. */
export const webhookEventTypes = [
  // A card given in the browser holds the amount; or one that is held for nobody.
  'payment_intent.amount_capturable_updated',
  'payment_intent.canceled',
  // Refunds, by whomever they were decided.
  'charge.refunded',
  'charge.refund.updated',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
  'account.updated',
] as const

/**
 * Tells of a capture, which its own answer told already; where that was lost, or somebody else captured, the reconcilers find it.
 * It would come for nothing with every purchase, and is acted on where an endpoint still sends it.
 */
const captured = 'payment_intent.succeeded'

/** The thin events about an account have many types, and all of them say that it may have changed. */
const isAboutAccount = (type: string) => type.startsWith('v2.core.account')

export const isActedOn = (type: string): boolean =>
  isAboutAccount(type) || type === captured || webhookEventTypes.some((known) => known === type)

/** Money went back, or was to: whose decision that was is found out. */
export const tellsOfRefund = (type: string): boolean => /^(refund\.|charge\.refund)/.test(type)
