import { afterEach, expect, test } from 'bun:test'
import { authorisation, clientOf, controlOf, listen, temporaryFile, until, webhookSecret } from './testing.ts'

const mainFile = new URL('main.ts', import.meta.url).pathname

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const clean of cleanups.splice(0).reverse()) clean()
})

const spawnDouble = async (file: string, webhookUrl?: string) => {
  const child = Bun.spawn([process.execPath, mainFile], {
    env: {
      ...process.env,
      STRIPE_PORT: '0',
      STRIPE_DATA_FILE: file,
      ...(webhookUrl ? { STRIPE_WEBHOOK_URL: webhookUrl, STRIPE_WEBHOOK_SECRET: webhookSecret } : {}),
    },
    stdout: 'pipe',
    stderr: 'inherit',
  })
  cleanups.push(() => child.kill('SIGKILL'))
  const reader = child.stdout.getReader()
  const { value } = await reader.read()
  reader.releaseLock()
  const { port } = JSON.parse(new TextDecoder().decode(value))
  return { child, port, stripe: clientOf(port), ...controlOf(port) }
}

const file = () => {
  const { file: path, remove } = temporaryFile()
  cleanups.push(remove)
  return path
}

// Guarantee: what was answered survives kill -9: the money, the kept answer and the fault that was asked for.
test('kill -9 forgets nothing', async () => {
  const path = file()
  const first = await spawnDouble(path)
  const key = { idempotencyKey: 'order-1/1' }
  const held = await first.stripe.paymentIntents.create(authorisation(), key)
  const taken = await first.stripe.paymentIntents.create(authorisation())
  await first.stripe.paymentIntents.capture(taken.id)
  await first.fault({ operation: 'cancel', kind: 'error_before' })
  const before = await first.state()
  first.child.kill('SIGKILL')
  await first.child.exited

  const second = await spawnDouble(path)
  expect(await second.state()).toEqual(before)
  expect((await second.stripe.paymentIntents.create(authorisation(), key)).id).toBe(held.id)
  expect((await second.stripe.paymentIntents.capture(held.id)).status).toBe('succeeded')
  expect((await second.state()).sums.eur).toMatchObject({ captured: 8_400 })
})

// Guarantee: the queue of webhooks is part of what survives.
test('webhooks that were not taken are delivered after kill -9', async () => {
  const path = file()
  const listener = listen()
  cleanups.push(listener.stop)
  listener.answer(503)
  const first = await spawnDouble(path, listener.url)
  const held = await first.stripe.paymentIntents.create(authorisation())
  await until('a refused webhook', () => listener.received.length > 0)
  first.child.kill('SIGKILL')
  await first.child.exited

  const refused = listener.received.length
  listener.answer(200)
  const second = await spawnDouble(path, listener.url)
  await until('an empty queue', async () => (await second.state()).webhooks.pending === 0)
  expect(listener.types().slice(refused)).toEqual([
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.amount_capturable_updated',
  ])
  expect(listener.received.at(-1)?.event.data.object.id).toBe(held.id)
})

test('SIGTERM ends it', async () => {
  const { child, stripe } = await spawnDouble(file())
  await stripe.paymentIntents.create(authorisation())
  child.kill('SIGTERM')
  expect(await child.exited).toBe(0)
})

test('what is missing is named', async () => {
  const child = Bun.spawn([process.execPath, mainFile], { env: { PATH: process.env.PATH ?? '' }, stderr: 'pipe' })
  expect(await child.exited).toBe(1)
  expect(await new Response(child.stderr).text()).toContain('STRIPE_DATA_FILE')
})
