import { join } from 'node:path'
import { webhookEventTypes } from '@fairpass/payments/webhook-events'
import { type ProcessSpec, respondsOk, root } from '@fairpass/servers'

export const doubleKey = 'sk_test_fairpass_double'

type DoubleOptions = {
  port: number
  webhookUrl: string
  webhookSecret: string
  dataDir: string
  env: Readonly<Record<string, string>>
}

/** The local double of Stripe, for runs without a key. */
export const stripeDouble = ({ port, webhookUrl, webhookSecret, dataDir, env }: DoubleOptions): ProcessSpec => ({
  name: 'stripe',
  command: [process.execPath, 'main.ts'],
  cwd: join(root, 'tools', 'stripe-double'),
  env: {
    ...env,
    STRIPE_PORT: String(port),
    STRIPE_DATA_FILE: join(dataDir, 'stripe.json'),
    STRIPE_WEBHOOK_URL: webhookUrl,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    STRIPE_WEBHOOK_EVENTS: webhookEventTypes.join(),
    STRIPE_DOUBLE_KEY: doubleKey,
  },
  isReady: () => respondsOk(`http://127.0.0.1:${port}/healthz`),
})
