import { afterEach, beforeEach, expect, test } from 'bun:test'
import { authorisation, listen, refusalOf, startDouble, until, webhookSecret } from '../testing.ts'

let listener: ReturnType<typeof listen>
let double: Awaited<ReturnType<typeof startDouble>>
beforeEach(async () => {
  listener = listen()
  double = await startDouble({ webhookUrl: listener.url })
})
afterEach(async () => {
  await double.stop()
  listener.stop()
})

const authorised = ['payment_intent.created', 'charge.succeeded', 'payment_intent.amount_capturable_updated']

const received = (count: number) => until(`${count} webhooks`, () => listener.received.length >= count)
const quiet = () => until('an empty queue', async () => (await double.state()).webhooks.pending === 0)

test('each event arrives once, in order, with a signature that Stripe’s library verifies', async () => {
  const held = await double.stripe.paymentIntents.create(authorisation())
  await double.stripe.paymentIntents.capture(held.id)
  await quiet()
  expect(listener.types()).toEqual([...authorised, 'charge.captured', 'payment_intent.succeeded'])
  for (const { payload, signature, event } of listener.received) {
    const verified = await double.stripe.webhooks.constructEventAsync(payload, signature, webhookSecret)
    expect(verified.id).toBe(event.id)
    expect(await refusalOf(double.stripe.webhooks.constructEventAsync(payload, signature, 'whsec_other'))).toBeDefined()
    expect(
      await refusalOf(double.stripe.webhooks.constructEventAsync(`${payload} `, signature, webhookSecret)),
    ).toBeDefined()
  }
  const known = await double.stripe.events.retrieve(listener.received[0]?.event.id ?? '')
  expect(known).toMatchObject({ type: 'payment_intent.created', pending_webhooks: 0 })
})

// Guarantee: what was refused is tried again until it is taken, and nothing of the same payment overtakes it.
test('a refused webhook is repeated in its place', async () => {
  listener.answer(500)
  await double.stripe.paymentIntents.create(authorisation())
  await received(3)
  expect(new Set(listener.types())).toEqual(new Set(['payment_intent.created']))
  listener.answer(200)
  await quiet()
  const accepted = listener.types().slice(listener.types().lastIndexOf('payment_intent.created'))
  expect(accepted).toEqual(authorised)
})

test('one payment does not wait for another', async () => {
  await double.fault({ operation: 'webhook', kind: 'delay', delayMs: 60_000, metadata: { orderId: 'slow' } })
  await double.stripe.paymentIntents.create(authorisation({ metadata: { orderId: 'slow' } }))
  await double.stripe.paymentIntents.create(authorisation({ metadata: { orderId: 'quick' } }))
  await received(3)
  expect(listener.types()).toEqual(authorised)
  expect((await double.state()).webhooks.pending).toBe(3)
})

test('a late webhook is late', async () => {
  await double.fault({ operation: 'webhook', kind: 'delay', delayMs: 400, eventType: 'charge.succeeded' })
  const begun = performance.now()
  await double.stripe.paymentIntents.create(authorisation())
  await received(2)
  expect(performance.now() - begun).toBeGreaterThanOrEqual(395)
  await quiet()
  expect(listener.types()).toEqual(authorised)
})

test('a lost webhook never comes, though the event is there to be read', async () => {
  await double.fault({ operation: 'webhook', kind: 'lost', eventType: 'charge.succeeded' })
  await double.stripe.paymentIntents.create(authorisation())
  await quiet()
  expect(listener.types()).toEqual(['payment_intent.created', 'payment_intent.amount_capturable_updated'])
  expect((await double.state()).webhooks.lost).toBe(1)
  expect((await double.stripe.events.list({ type: 'charge.succeeded' })).data).toHaveLength(1)
})

test('a doubled webhook comes twice, as the same event', async () => {
  await double.fault({ operation: 'webhook', kind: 'doubled', eventType: 'charge.succeeded' })
  await double.stripe.paymentIntents.create(authorisation())
  await quiet()
  const twice = listener.received.filter(({ event }) => event.type === 'charge.succeeded')
  expect(twice).toHaveLength(2)
  expect(twice[0]?.event.id).toBe(twice[1]?.event.id ?? 'none')
})

test('a reordered webhook comes after the next one', async () => {
  await double.fault({ operation: 'webhook', kind: 'reordered', eventType: 'payment_intent.created' })
  await double.stripe.paymentIntents.create(authorisation())
  await quiet()
  expect(listener.types().indexOf('payment_intent.created')).toBeGreaterThan(
    listener.types().indexOf('charge.succeeded'),
  )
  expect(listener.types().toSorted()).toEqual(authorised.toSorted())
})

test('a forged webhook does not verify, and the real one follows it', async () => {
  await double.fault({ operation: 'webhook', kind: 'bad_signature' })
  await double.stripe.paymentIntents.create(authorisation())
  await quiet()
  expect(listener.types()).toEqual(['payment_intent.created', ...authorised])
  const [forged, genuine] = listener.received.map(({ payload, signature }) =>
    refusalOf(double.stripe.webhooks.constructEventAsync(payload, signature, webhookSecret)),
  )
  expect((await forged)?.type).toBe('StripeSignatureVerificationError')
  expect(await genuine).toBeUndefined()
  expect((await double.state()).webhooks.forgedAccepted).toBe(1)
})

test('what is done through the control API is toResponse, too', async () => {
  const held = await double.stripe.paymentIntents.create(authorisation())
  await double.call('POST', `/payment_intents/${held.id}/capture`)
  await quiet()
  expect(listener.types()).toEqual([...authorised, 'charge.captured', 'payment_intent.succeeded'])
})
