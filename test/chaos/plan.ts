import { chargeIncrement } from '@fairpass/sdk/values'
import { createRandom, type Random } from './random.ts'

/** How long payments waits for Stripe in a chaotic run, in milliseconds: short, so that time-outs are cheap. */
export const stripeTimeoutMs = 1_000

const ways = {
  /** a card that pays, from the API */
  card: 46,
  /** paid, and given back by an admin */
  refunded: 6,
  coupon: 8,
  declined: 8,
  /** a payment method that nobody knows, then one that pays */
  mistyped: 4,
  /** a card that wants to be authenticated, where nobody can be asked */
  authentication: 2,
  browser: 10,
  browser3ds: 6,
  browser3dsFailed: 2,
  /** the buyer goes away while the card is asked */
  leaving: 5,
  /** captured after the order has ended */
  late: 3,
} as const

type Way = keyof typeof ways
type PlannedFault = {
  operation: string
  kind: string
  times?: number
  delayMs?: number
  declineCode?: string
  eventType?: string
}
const handovers = {
  /** its seller says so */
  sent: 40,
  /** and the buyer has it */
  received: 35,
  /** nobody says anything: it is refunded when the time is over */
  forgotten: 12,
  /** uploaded, so that the buyer has it with the payment */
  file: 13,
} as const

const afterwards = {
  nothing: 60,
  /** an admin gives the money back, when the seller may have been sent it */
  refund: 8,
  /** the buyer's bank takes it back, and decides */
  disputeWon: 8,
  disputeLost: 8,
  /** the buyer says that it did not work, and an admin decides */
  claimRefunded: 8,
  claimRejected: 8,
} as const

type Afterwards = {
  what: keyof typeof afterwards
  /** so long after the show has begun, in milliseconds */
  afterMs: number
  faults: PlannedFault[]
}

/** All that is decided about a purchase before it begins. */
export type Plan = {
  index: number
  way: Way
  currency: 'eur' | 'usd' | 'jpy' | 'kwd'
  priceCents: number
  paymentMethod: string
  /** how often the buyer presses Pay at the same moment */
  attempts: number
  faults: PlannedFault[]
  leavesAfterMs: number
  /** whether the seller has told Stripe where to send money */
  isSellerReady: boolean
  handover: keyof typeof handovers
  afterwards: Afterwards
  /** payments is killed so long after this purchase began, in milliseconds */
  killsAfterMs?: number
}

const paying = ['pm_card_visa', 'pm_card_mastercard', 'pm_card_amex'] as const
const declining = [
  'pm_card_chargeDeclined',
  'pm_card_chargeDeclinedInsufficientFunds',
  'pm_card_chargeDeclinedExpiredCard',
] as const

const methodOf = (way: Way, random: Random): string => {
  if (way === 'declined') return random.one(declining)
  return way === 'authentication' || way.startsWith('browser3ds')
    ? 'pm_card_authenticationRequired'
    : random.one(paying)
}

const operations = { create: 2, confirm: 4, capture: 4, cancel: 2, refund: 2, retrieve: 2, webhook: 5 } as const
const webhookKinds = { lost: 4, doubled: 3, reordered: 3, delay: 2, bad_signature: 1 } as const
const requestKinds = {
  error_before: 4,
  error_after: 4,
  drop_before: 2,
  drop_after: 3,
  slow: 2,
  timeout_after: 3,
  /** takes effect when nobody waits any more */
  late_effect: 1,
} as const

/** What only some payments come to. */
const reaches = (way: Way, operation: string) => {
  if (operation === 'refund') return way === 'refunded' || way === 'late'
  if (operation === 'cancel') return way !== 'card' && way !== 'coupon' && way !== 'refunded'
  return way !== 'coupon'
}

const webhookFaultOf = (random: Random): PlannedFault => {
  const kind = random.weighted(webhookKinds)
  const isSlow = kind === 'delay' || kind === 'reordered'
  const delayMs = isSlow ? { delayMs: random.whole(200, 3_000) } : {}
  return { operation: 'webhook', kind, times: random.whole(1, 4), ...delayMs }
}

const requestFaultOf = (operation: string, random: Random): PlannedFault => {
  const kind = random.weighted(requestKinds)
  switch (kind) {
    case 'slow':
      return { operation, kind: 'delay', delayMs: random.whole(50, stripeTimeoutMs - 200) }
    case 'timeout_after':
      // stripe-node asks once more by itself, so the second answer has to be lost, too.
      return { operation, kind: 'drop_after', times: 2, delayMs: stripeTimeoutMs + random.whole(100, 500) }
    case 'late_effect':
      return { operation, kind: 'delay', delayMs: stripeTimeoutMs + random.whole(100, 2_000) }
    default:
      return { operation, kind, times: random.whole(1, 2) }
  }
}

const payoutFaultOf = (random: Random): PlannedFault => {
  const operation = random.weighted({ transfer: 4, reversal: 2, webhook: 2 })
  if (operation === 'webhook') return webhookFaultOf(random)
  return random.chance(0.2)
    ? { operation, kind: 'refuse', times: random.whole(1, 2) }
    : requestFaultOf(operation, random)
}

const faultOf = (random: Random): PlannedFault => {
  const operation = random.weighted(operations)
  if (operation === 'webhook') return webhookFaultOf(random)
  if (operation === 'capture' && random.chance(0.2))
    return { operation, kind: 'decline', declineCode: 'generic_decline', times: random.whole(1, 3) }
  return requestFaultOf(operation, random)
}

const lostConfirmation: PlannedFault = {
  operation: 'webhook',
  kind: 'lost',
  times: 10,
  eventType: 'payment_intent.amount_capturable_updated',
}

const afterwardsOf = (random: Random): Afterwards => ({
  what: random.weighted(afterwards),
  afterMs: random.whole(0, 6_000),
  faults: Array.from({ length: random.one([0, 0, 0, 1, 1, 2]) }, () => payoutFaultOf(random)),
})

const purchase = (index: number, random: Random): Plan => {
  const way = random.weighted(ways)
  const count = random.one([0, 0, 0, 1, 1, 1, 2, 2, 3])
  const faults = Array.from({ length: count }, () => faultOf(random)).filter(({ operation }) => reaches(way, operation))
  const currency = random.weighted({ eur: 5, usd: 2, jpy: 2, kwd: 2 })
  const price = random.whole(100, 50_000)
  const handover = random.weighted(handovers)
  return {
    index,
    way,
    currency,
    priceCents: price - (price % chargeIncrement(currency)),
    paymentMethod: methodOf(way, random),
    attempts: random.chance(0.12) ? random.whole(2, 4) : 1,
    faults: way === 'late' ? [lostConfirmation, ...faults] : faults,
    leavesAfterMs: random.whole(0, 400),
    isSellerReady: random.chance(0.8),
    handover,
    afterwards: afterwardsOf(random),
  }
}

/** The whole run, decided by its seed alone. */
export const planOf = ({ seed, purchases, kills }: { seed: number; purchases: number; kills: number }): Plan[] => {
  const random = createRandom(seed)
  const plans = Array.from({ length: purchases }, (_, index) => purchase(index, random))
  const between = Math.floor(purchases / (kills + 1))
  for (let kill = 1; kill <= kills; kill++) {
    const plan = plans[kill * between]
    if (plan) plan.killsAfterMs = random.whole(0, 400)
  }
  return plans
}
