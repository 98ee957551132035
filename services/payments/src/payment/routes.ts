import { body, describeRoute, Id, type IdempotencyEnv } from '@fairpass/sdk/http'
import { newId } from '@fairpass/sdk/mongo'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import { createLimits, type LimitVariables } from '../coupon/limits.ts'
import { paymentState } from '../domain/payment-state.ts'
import { PaidAnswer, PaymentStateAnswer } from '../schemas.ts'
import type { Pay } from './pay.ts'
import type { Payments } from './store.ts'

const NewPayment = v.pipe(
  v.strictObject({
    orderId: Id,
    paymentMethod: v.optional(
      v.pipe(
        v.string('must be the id of a payment method'),
        v.regex(/^pm_\w{1,250}$/, 'must be the id of a payment method'),
      ),
    ),
    couponCode: v.optional(
      v.pipe(
        v.string('must be a text'),
        v.minLength(1, 'must not be empty'),
        v.maxLength(100, 'must have at most 100 characters'),
      ),
    ),
  }),
  v.forward(
    v.check(
      ({ paymentMethod, couponCode }) => paymentMethod === undefined || couponCode === undefined,
      'cannot be used together with a payment method',
    ),
    ['couponCode'],
  ),
  v.transform(({ orderId, paymentMethod, couponCode }) => ({
    orderId,
    ...(paymentMethod === undefined ? {} : { paymentMethod }),
    ...(couponCode === undefined ? {} : { couponCode }),
  })),
)

type Deps = {
  pay: Pay
  payments: Payments
  context: ServiceContext
  limits: LimitVariables
}

export const createRoutes = ({ pay, payments, context, limits }: Deps) => {
  const { identity, idempotent, rateLimit } = context
  const { wrongCodesByAddress, wrongCodesByAccount } = createLimits(rateLimit, limits)

  return new Hono<IdempotencyEnv>()
    .post(
      '/api/payments',
      identity.signedIn,
      idempotent,
      body(NewPayment),
      wrongCodesByAddress,
      wrongCodesByAccount,
      describeRoute(
        'Pay an order by card, by a coupon, or (without either) in a form of Stripe',
        { 201: PaidAnswer },
        'not_found',
        'card_declined',
        'order_not_payable',
        'coupon_not_redeemable',
        'version_conflict',
      ),
      async (c) => {
        const id = c.var.idempotentId ?? newId()
        const isRepeatable = c.var.idempotentId !== undefined
        return c.json(await pay({ id, isRepeatable, buyerId: c.var.user.id, ...c.req.valid('json') }), 201)
      },
    )
    .get(
      '/api/payments/orders/:orderId',
      identity.signedIn,
      describeRoute("How the payment of the caller's order stands", { 200: PaymentStateAnswer }),
      async (c) => {
        const orderId = c.req.param('orderId')
        const own = v.is(Id, orderId) ? await payments.ofOrder(orderId, c.var.user.id) : []
        return c.json({ orderId, ...paymentState(own) })
      },
    )
}
