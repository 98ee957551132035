import { describeRoute, type IdempotencyEnv, query } from '@fairpass/sdk/http'
import { PageLimit } from '@fairpass/sdk/mongo'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import { ReceivedAnswer, WebhookAnswer, WebhooksAnswer } from '../schemas.ts'
import type { Webhooks } from './store.ts'

const WebhooksQuery = v.object({
  limit: PageLimit,
  cursor: v.optional(v.string()),
  status: v.optional(v.picklist(['stored', 'failed'], 'must be stored or failed')),
})

type Deps = { webhooks: Webhooks; context: ServiceContext }

/** The endpoint of Stripe's webhooks, and the admins' view of those that could not be applied. */
export const createWebhookRoutes = ({ webhooks, context: { identity } }: Deps) =>
  new Hono<IdempotencyEnv>()
    .post(
      '/api/payments/webhooks/stripe',
      describeRoute(
        'For Stripe: 200 once the event is stored',
        { 200: ReceivedAnswer },
        'request_validation',
        'malformed_json',
      ),
      async (c) => {
        await webhooks.receive(await c.req.text(), c.req.header('stripe-signature') ?? '')
        return c.json({ received: true })
      },
    )
    .get(
      '/api/payments/webhooks',
      identity.admin,
      query(WebhooksQuery),
      describeRoute('Events of Stripe that failed for good, or wait', { 200: WebhooksAnswer }),
      async (c) => {
        const { limit, cursor, status } = c.req.valid('query')
        return c.json(await webhooks.page(status ?? 'failed', limit, cursor))
      },
    )
    .post(
      '/api/payments/webhooks/:id/retry',
      identity.admin,
      describeRoute('Have an event tried again', { 200: WebhookAnswer }),
      async (c) => c.json(await webhooks.retry(c.req.param('id'))),
    )
