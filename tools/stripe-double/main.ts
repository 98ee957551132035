import { serve } from './serve.ts'
import { createStripeDouble } from './server.ts'
import { openStorage } from './storage.ts'

const stopWithinMs = 3_000

const need = (name: string): string => {
  const value = process.env[name]
  if (!value) {
    console.error(`${name} is missing`)
    process.exit(1)
  }
  return value
}

const portIn = (name: string): number => {
  const port = Number(need(name))
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    console.error(`${name} must be a port`)
    process.exit(1)
  }
  return port
}

const webhookUrl = process.env.STRIPE_WEBHOOK_URL || undefined
const storage = openStorage(need('STRIPE_DATA_FILE'))
const { app, webhooks } = createStripeDouble({
  storage,
  key: process.env.STRIPE_DOUBLE_KEY || 'sk_test_fairpass_double',
  webhookUrl,
  enabledEvents: process.env.STRIPE_WEBHOOK_EVENTS?.split(',').filter(Boolean),
  webhookSecret: webhookUrl ? need('STRIPE_WEBHOOK_SECRET') : '',
})
const listener = await serve(app, portIn('STRIPE_PORT'), process.env.STRIPE_HOST || undefined)
webhooks.wake()
console.log(JSON.stringify({ level: 'info', msg: 'stripe double listens', host: listener.host, port: listener.port }))

const stop = async () => {
  await Promise.race([Promise.all([listener.stop(), webhooks.stop()]), Bun.sleep(stopWithinMs)])
  storage.close()
  process.exit(0)
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
