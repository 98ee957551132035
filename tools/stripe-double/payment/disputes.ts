import type Stripe from 'stripe'
import { refused } from '../errors.ts'
import { type Happening, happening, type Outcome, type StoredObject, type World } from '../shapes.ts'

const weekSeconds = 7 * 24 * 60 * 60

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

type DisputeRequest = {
  reason: string
  /** All that was captured, unless the bank wants less. */
  amount?: number | undefined
}

/** The buyer's bank takes the captured amount back and asks for evidence. */
const disputeOf = (
  charge: Stripe.Charge,
  { reason, amount = charge.amount_captured }: DisputeRequest,
  { newId, nowSeconds }: World,
): Stripe.Dispute => ({
  id: newId('du'),
  object: 'dispute',
  amount,
  balance_transactions: [],
  charge: charge.id,
  created: nowSeconds,
  currency: charge.currency,
  enhanced_eligibility_types: [],
  evidence: noEvidence,
  evidence_details: {
    due_by: nowSeconds + weekSeconds,
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

export const openDispute = (charge: Stripe.Charge, asked: DisputeRequest, world: World) => {
  if (charge.disputed) throw refused(`Charge ${charge.id} has been disputed already.`)
  if (asked.amount !== undefined && (asked.amount < 1 || asked.amount > charge.amount_captured))
    throw refused('A bank takes back at most what was captured.', { param: 'amount' })
  const disputed: Stripe.Charge = { ...charge, disputed: true }
  const dispute = disputeOf(disputed, asked, world)
  const touched: StoredObject[] = [disputed, dispute]
  const happenings: Happening[] = [
    happening('charge.dispute.created', dispute),
    happening('charge.dispute.funds_withdrawn', dispute),
  ]
  return { dispute, touched, happenings }
}

export const verdicts = ['won', 'lost'] as const
export type Verdict = (typeof verdicts)[number]

/** The bank decides: what was withdrawn comes back to the platform, or stays with the buyer. */
export const closeDispute = (dispute: Stripe.Dispute, verdict: Verdict) => {
  if (dispute.status === 'won' || dispute.status === 'lost')
    throw refused(`Dispute ${dispute.id} is already closed: ${dispute.status}.`)
  const after: Stripe.Dispute = { ...dispute, status: verdict }
  const happenings: Happening[] = [
    happening('charge.dispute.closed', after),
    ...(verdict === 'won' ? [happening('charge.dispute.funds_reinstated', after)] : []),
  ]
  return { after, happenings }
}

/** What the bank holds back of a charge: everything, unless the platform has won. */
export const isHeldBack = (dispute: Stripe.Dispute | undefined) => dispute !== undefined && dispute.status !== 'won'

/** Some test cards dispute what was captured, at once. */
export const withDispute = (
  outcome: Outcome,
  charge: Stripe.Charge,
  reason: string | undefined,
  world: World,
): Outcome => {
  if (!reason) return outcome
  const { touched, happenings } = openDispute(charge, { reason }, world)
  return {
    ...outcome,
    touched: [...outcome.touched.filter(({ id }) => id !== charge.id), ...touched],
    happenings: [...outcome.happenings, ...happenings],
  }
}
