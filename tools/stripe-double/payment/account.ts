import type Stripe from 'stripe'
import { type Answer, errorAnswer, noSuch, StripeRefusal } from '../errors.ts'
import { type NewIntent, newId, type Outcome, type World } from '../shapes.ts'
import type { Storage } from '../storage.ts'
import type { Cause, Events } from '../webhook/events.ts'
import * as captures from './captures.ts'
import { cardBehind, cardNamed, type Decline, paymentMethodOf } from './cards.ts'
import * as intents from './intents.ts'
import { type RefundRequest, refund, refundable } from './refunds.ts'

export type ConfirmationRequest = Omit<intents.Confirmation, 'method' | 'card'> & {
  paymentMethod?: string | undefined
}

type AccountDeps = {
  storage: Storage
  events: Events
  now: () => number
}

const wrongSecret = (id: string) =>
  new StripeRefusal(
    400,
    {
      type: 'invalid_request_error',
      code: 'payment_intent_invalid_parameter',
      param: 'client_secret',
      message: `The client_secret provided does not match the client_secret associated with the PaymentIntent: ${id}`,
    },
    true,
  )

/** What a refund is of: a payment, or the charge that it led to. */
type Refunded = { intent?: string | undefined; charge?: string | undefined }

/** What is stored, found by what requests name. @throws StripeRefusal where there is no such thing */
const createFinds = (storage: Storage, world: () => World) => {
  const intent = (id: string): Stripe.PaymentIntent => {
    const found = storage.find('payment_intent', id)
    if (!found) throw noSuch('payment_intent', id, 'intent')
    return found
  }

  const latestCharge = ({ latest_charge: id }: Stripe.PaymentIntent): Stripe.Charge | undefined =>
    typeof id === 'string' ? storage.find('charge', id) : undefined

  /** A PaymentMethod that was made before, or a fresh one for the name of a test card. */
  const method = (id: string, status: 400 | 404 = 400): intents.Method => {
    const known = storage.find('payment_method', id)
    const card = known ? cardBehind(known) : cardNamed(id)
    if (!card) throw noSuch('PaymentMethod', id, 'payment_method', status)
    return { method: known ?? paymentMethodOf(card, newId('pm'), world().nowSeconds), card }
  }

  const methodOf = ({ payment_method: id }: Stripe.PaymentIntent): intents.Method => {
    if (typeof id !== 'string') throw noSuch('PaymentMethod', '', 'payment_method', 400)
    return method(id)
  }

  const disputesOf = ({ payment_method: id }: Stripe.PaymentIntent): string | undefined => {
    const used = typeof id === 'string' ? storage.find('payment_method', id) : undefined
    return used && cardBehind(used)?.disputeReason
  }

  const chargeToRefund = (from: Refunded): Stripe.Charge => {
    if (from.charge !== undefined) {
      const charge = storage.find('charge', from.charge)
      if (!charge) throw noSuch('charge', from.charge, 'charge', 400)
      return charge
    }
    const paid = storage.find('payment_intent', from.intent ?? '')
    if (!paid) throw noSuch('payment_intent', from.intent ?? '', 'payment_intent', 400)
    return refundable(paid, latestCharge(paid))
  }

  return { intent, latestCharge, method, methodOf, disputesOf, chargeToRefund }
}
type Finds = ReturnType<typeof createFinds>
type Deps = { storage: Storage; finds: Finds; world: () => World; keep: (outcome: Outcome, cause: Cause) => Answer }

/** How a payment is opened and confirmed. */
const createConfirmations = ({ storage, finds: { intent, method }, world, keep }: Deps) => {
  const confirmed = (before: Stripe.PaymentIntent, asked: ConfirmationRequest): Outcome => {
    const { paymentMethod, ...rest } = asked
    const named = paymentMethod ?? (typeof before.payment_method === 'string' ? before.payment_method : undefined)
    const using = named === undefined ? undefined : method(named)
    const outcome = intents.confirm(before, { ...rest, ...using }, world())
    return using ? { ...outcome, touched: [using.method, ...outcome.touched] } : outcome
  }

  return {
    create: (
      asked: NewIntent,
      confirmation: ConfirmationRequest | undefined,
      attach: string | undefined,
      cause: Cause,
    ) => {
      const attached = attach === undefined ? undefined : method(attach)
      const opened = intents.open(asked, attached, world())
      if (attached) storage.put(attached.method)
      const answer = keep(opened, cause)
      if (!confirmation) return answer
      return keep(confirmed(opened.intent, { ...confirmation, paymentMethod: attached?.method.id }), cause)
    },

    confirm: (id: string, asked: ConfirmationRequest, cause: Cause) => keep(confirmed(intent(id), asked), cause),

    /** The browser knows the client secret and always says where it can be sent back to. */
    confirmInBrowser: (id: string, clientSecret: string, paymentMethod: string, returnUrl: string, cause: Cause) => {
      const before = intent(id)
      if (before.client_secret !== clientSecret) throw wrongSecret(id)
      return keep(confirmed(before, { paymentMethod, returnUrl }), cause)
    },
  }
}

/** What the account does: loads, lets the pure domain decide, keeps the outcome with its events. */
export const createAccount = ({ storage, events, now }: AccountDeps) => {
  const world = (): World => ({ nowSeconds: Math.floor(now() / 1000), newId })
  const finds = createFinds(storage, world)
  const { intent, method, methodOf, latestCharge, disputesOf, chargeToRefund } = finds

  const keep = ({ touched, happenings, declined, intent: after }: Outcome, cause: Cause): Answer => {
    for (const entry of touched) storage.put(entry)
    events.record(happenings, cause, world())
    return declined ? errorAnswer(402, declined) : { status: 200, body: after }
  }

  return {
    intent,
    method: (id: string) => method(id, 404).method,

    ...createConfirmations({ storage, finds, world, keep }),

    authenticate: (id: string, passed: boolean, cause: Cause) => {
      const before = intent(id)
      return keep(intents.authenticate(before, methodOf(before), passed, world()), cause)
    },

    capture: (id: string, amount: number | undefined, cause: Cause, refusal?: Decline) => {
      const before = intent(id)
      if (refusal && before.status === 'requires_capture') return captures.refuseCapture(before, refusal)
      return keep(captures.capture(before, latestCharge(before), amount, disputesOf(before), world()), cause)
    },

    cancel: (id: string, reason: Stripe.PaymentIntent.CancellationReason | null, cause: Cause) => {
      const before = intent(id)
      return keep(captures.cancel(before, latestCharge(before), reason, world()), cause)
    },

    refund: (from: Refunded, asked: RefundRequest, cause: Cause) => {
      const charge = chargeToRefund(from)
      const [dispute] = storage.list('dispute', { limit: 1, charge: charge.id })
      const { refund: made, touched, happenings } = refund(charge, dispute, asked, world())
      for (const entry of touched) storage.put(entry)
      events.record(happenings, cause, world())
      return { status: 200, body: made }
    },
  }
}

export type Account = ReturnType<typeof createAccount>
