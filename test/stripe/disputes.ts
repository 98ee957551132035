import type Stripe from 'stripe'
import { type Outcome, say, type World } from './shapes.ts'

const WEEK_SECONDS = 7 * 24 * 60 * 60

const noEvidence: Stripe.Dispute.Evidence = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
}

/** The buyer's bank takes the whole captured amount back and asks for evidence. */
const disputeOf = (charge: Stripe.Charge, reason: string, { newId, nowSeconds }: World): Stripe.Dispute => ({
  id: newId('du'),
  object: 'dispute',
  amount: charge.amount_captured,
  balance_transactions: [],
  charge: charge.id,
  created: nowSeconds,
  currency: charge.currency,
  enhanced_eligibility_types: [],
  evidence: noEvidence,
  evidence_details: {
    due_by: nowSeconds + WEEK_SECONDS,
    enhanced_eligibility: {},
    has_evidence: false,
    past_due: false,
    submission_count: 0,
    submission_method: 'manual',
  },
  intended_submission_method: null,
  is_charge_refundable: false,
  livemode: false,
  metadata: {},
  payment_intent: charge.payment_intent,
  reason,
  status: 'needs_response',
})

/** Some test cards dispute what was captured, at once. */
export const withDispute = (
  outcome: Outcome,
  charge: Stripe.Charge,
  reason: string | undefined,
  world: World,
): Outcome => {
  if (!reason) return outcome
  const disputed: Stripe.Charge = { ...charge, disputed: true }
  const dispute = disputeOf(disputed, reason, world)
  return {
    ...outcome,
    touched: [...outcome.touched.filter(({ id }) => id !== charge.id), disputed, dispute],
    said: [...outcome.said, say('charge.dispute.created', dispute)],
  }
}
