import { body, Id, type IdempotencyEnv, newId, type Wiring } from '@fairpass/sdk'
import { Hono } from 'hono'
import * as v from 'valibot'
import { earningsOf, type Ledger } from './ledger-store.ts'
import { createLimits, type LimitVariables } from './limits.ts'
import type { Pay } from './pay.ts'
import { paymentState } from './state.ts'
import type { Payments } from './store.ts'
import type { Webhooks } from './webhooks.ts'

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
  webhooks: Webhooks
  ledger: Ledger
  wiring: Wiring
  limits: LimitVariables
}

export const createRoutes = ({ pay, payments, webhooks, ledger, wiring, limits }: Deps) => {
  const { identity, idempotent, rateLimit } = wiring
  const { wrongCodesByAddress, wrongCodesByAccount } = createLimits(rateLimit, limits)

  return new Hono<IdempotencyEnv>()
    .post(
      '/api/payments',
      identity.signedIn,
      idempotent,
      body(NewPayment),
      wrongCodesByAddress,
      wrongCodesByAccount,
      async (c) => {
        const id = c.var.idempotentId ?? newId()
        return c.json(await pay({ id, buyerId: c.var.user.id, ...c.req.valid('json') }), 201)
      },
    )
    .post('/api/payments/webhooks/stripe', async (c) => {
      await webhooks.receive(await c.req.text(), c.req.header('stripe-signature') ?? '')
      return c.json({ received: true })
    })
    .get('/api/payments/orders/:orderId', identity.signedIn, async (c) => {
      const orderId = c.req.param('orderId')
      const own = v.is(Id, orderId) ? await payments.ofOrder(orderId, c.var.user.id) : []
      return c.json({ orderId, ...paymentState(own) })
    })
    .get('/api/payments/earnings', identity.signedIn, async (c) => c.json(await earningsOf(ledger, c.var.user.id)))
}
