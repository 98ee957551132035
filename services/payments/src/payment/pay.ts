import { now as timeNow } from '@fairpass/sdk/clock'
import { NotFoundError } from '@fairpass/sdk/errors'
import { pause } from '@fairpass/sdk/run-periodically'
import { feeOf } from '../domain/fee.ts'
import { errorOf, OrderNotPayableError, openPayment, type Payment, PaymentUnderWayError } from '../domain/payment.ts'
import type { Orders } from '../peers/orders.ts'
import type { StripePort } from '../stripe/payment-intents.ts'
import type { PaymentProcess } from './process.ts'
import type { Payments } from './store.ts'

type Deps = {
  payments: Payments
  orders: Orders
  stripe: StripePort
  advance: PaymentProcess['advance']
  /** the platform's share of a sale, in hundredths of a percent */
  feeBasisPoints?: number
  answerWithinMs?: number
}
type PayRequest = {
  id: string
  isRepeatable: boolean
  buyerId: string
  orderId: string
  paymentMethod?: string
  couponCode?: string
}

/** The buyer gets an answer by then, below the gateway's thirty seconds; the payment goes on without them. */
const defaultAnswerWithinMs = 20_000

const succeeded = ({ id, orderId, amountCents, currency }: Payment) => ({
  id,
  orderId,
  status: 'succeeded' as const,
  amountCents,
  currency,
})

/** Opens the payment of an order that the buyer can still pay. */
const createOpen =
  ({ payments, orders, feeBasisPoints = 0 }: Deps) =>
  async ({ id, buyerId, orderId, paymentMethod, couponCode }: Omit<PayRequest, 'isRepeatable'>): Promise<Payment> => {
    const order = await orders.find(orderId)
    if (order?.buyerId !== buyerId) throw new NotFoundError('There is no such order')
    const expiresAt = new Date(order.expiresAt)
    const now = timeNow()
    if (order.status !== 'created' || expiresAt <= now) throw new OrderNotPayableError()
    const { sellerId, ticketId, totalCents, currency, startsAt } = order
    const opening = {
      ...{ id, orderId, buyerId, sellerId, ticketId, totalCents, currency, expiresAt },
      ...(startsAt ? { startsAt: new Date(startsAt) } : {}),
      feeCents: feeOf(totalCents, feeBasisPoints, currency),
    }
    if (couponCode !== undefined)
      return payments.openWithCoupon({ id, orderId, code: couponCode }, (attempt, couponId) =>
        openPayment({ ...opening, attempt, couponId }, now),
      )
    if (paymentMethod !== undefined)
      return payments.open((attempt) => openPayment({ ...opening, attempt, paymentMethod }, now))
    await payments.refuseIfOpen(orderId)
    return payments.open((attempt) => openPayment({ ...opening, attempt }, now))
  }

/**
 * Advances a payment for as long as its buyer may wait.
 * @throws PaymentUnderWayError when that is not enough
 */
const createAdvanceInTime =
  ({ advance, answerWithinMs = defaultAnswerWithinMs }: Deps) =>
  async (payment: Payment): Promise<Payment> => {
    const hasAnswered = new AbortController()
    const late = pause(answerWithinMs, hasAnswered.signal).then(() => {
      throw new PaymentUnderWayError()
    })
    try {
      return await Promise.race([advance(payment.id, payment), late])
    } finally {
      late.catch(() => {})
      hasAnswered.abort()
    }
  }

/** Handles a buyer's payment: stores it, advances it, and answers how it ended. */
export const createPay = (deps: Deps) => {
  const { payments, stripe } = deps
  const open = createOpen(deps)
  const advanceInTime = createAdvanceInTime(deps)

  const clientSecretOf = async ({ intentId }: Payment): Promise<string> => {
    const result = await stripe.intent(intentId ?? '')
    const secret = result.as === 'answered' ? result.intent.clientSecret : undefined
    if (!secret) throw new PaymentUnderWayError({ cause: result })
    return secret
  }

  /**
   * @throws NotFoundError for an order of somebody else, OrderNotPayableError, CardDeclinedError, CouponNotRedeemableError,
   * RequestValidationError for a card that Stripe does not know, PaymentUnderWayError when the end is not known yet
   */
  return async ({ isRepeatable, ...asked }: PayRequest) => {
    const known = isRepeatable ? await payments.find(asked.id) : undefined
    const payment = await advanceInTime(known ?? (await open(asked)))
    const { id } = payment
    const error = errorOf(payment)
    if (error) throw error
    if (payment.status === 'completed') return succeeded(payment)
    return { id, status: 'requires_payment_method' as const, clientSecret: await clientSecretOf(payment) }
  }
}

export type Pay = ReturnType<typeof createPay>
