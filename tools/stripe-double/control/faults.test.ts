import { afterEach, beforeEach, expect, test } from 'bun:test'
import { authorisation, headerOf, refusalOf, startDouble } from '../testing.ts'

let double: Awaited<ReturnType<typeof startDouble>>
beforeEach(async () => {
  double = await startDouble()
})
afterEach(() => double.stop())

const statuses = async () => (await double.state()).intents.map(({ status }) => status)

test('500 before the effect changes nothing, and the same key may succeed', async () => {
  await double.fault({ operation: 'create', kind: 'error_before' })
  const key = { idempotencyKey: 'k' }
  expect(await refusalOf(double.stripe.paymentIntents.create(authorisation(), key))).toMatchObject({
    type: 'StripeAPIError',
    statusCode: 500,
  })
  expect(await statuses()).toEqual([])
  await double.stripe.paymentIntents.create(authorisation(), key)
  expect(await statuses()).toEqual(['requires_capture'])
})

// Guarantee: a 500 after the effect is what Stripe remembers for the key; only a read tells the truth.
test('500 after the effect is replayed, though the money is held', async () => {
  await double.fault({ operation: 'create', kind: 'error_after' })
  const call = () =>
    refusalOf(double.stripe.paymentIntents.create(authorisation(), { idempotencyKey: 'k', maxNetworkRetries: 2 }))
  expect(await call()).toMatchObject({ statusCode: 500, headers: { 'stripe-should-retry': 'false' } })
  expect(await call()).toMatchObject({
    statusCode: 500,
    headers: { 'idempotent-replayed': 'true', 'stripe-should-retry': 'false' },
  })
  const { data } = await double.stripe.paymentIntents.search({ query: "metadata['orderId']:'order-1'" })
  expect(data.map(({ status }) => status)).toEqual(['requires_capture'])
  const { data: events } = await double.stripe.events.list({ type: 'payment_intent.amount_capturable_updated' })
  expect(events).toHaveLength(1)
})

// Guarantee: a connection that closes after the effect charges once, because the library repeats it with its key.
test('one dropped answer is healed by the library', async () => {
  await double.fault({ operation: 'create', kind: 'drop_after' })
  const held = await double.stripe.paymentIntents.create(authorisation())
  expect(headerOf(held, 'idempotent-replayed')).toBe('true')
  expect(await statuses()).toEqual(['requires_capture'])
})

test('two dropped answers are a broken connection to the caller, and one charge', async () => {
  await double.fault({ operation: 'capture', kind: 'drop_after', times: 2 })
  const held = await double.stripe.paymentIntents.create(authorisation())
  const key = { idempotencyKey: 'capture' }
  expect((await refusalOf(double.stripe.paymentIntents.capture(held.id, {}, key)))?.type).toBe('StripeConnectionError')
  expect(await statuses()).toEqual(['succeeded'])
  expect((await double.stripe.paymentIntents.capture(held.id, {}, key)).status).toBe('succeeded')
})

test('an answer that comes too late is a time-out after the effect', async () => {
  await double.fault({ operation: 'capture', kind: 'drop_after', delayMs: 2_000 })
  const held = await double.stripe.paymentIntents.create(authorisation())
  const refusal = await refusalOf(double.stripe.paymentIntents.capture(held.id, {}, { timeout: 200 }))
  expect(refusal).toMatchObject({ type: 'StripeConnectionError', message: expect.stringContaining('timeout') })
  expect(await statuses()).toEqual(['succeeded'])
})

test('a connection that is dropped before the effect changes nothing', async () => {
  await double.fault({ operation: 'create', kind: 'drop_before', times: 2 })
  expect((await refusalOf(double.stripe.paymentIntents.create(authorisation())))?.type).toBe('StripeConnectionError')
  expect(await statuses()).toEqual([])
})

test('a slow answer is slow', async () => {
  await double.fault({ operation: 'retrieve', kind: 'delay', delayMs: 300 })
  const begun = performance.now()
  await double.stripe.paymentIntents.list()
  expect(performance.now() - begun).toBeGreaterThanOrEqual(295)
})

test('a decline can be asked for whatever the card, by its code', async () => {
  await double.fault({ operation: 'confirm', kind: 'decline', declineCode: 'insufficient_funds' })
  const refusal = await refusalOf(double.stripe.paymentIntents.create(authorisation()))
  expect(refusal).toMatchObject({ statusCode: 402, decline_code: 'insufficient_funds' })
  expect(await statuses()).toEqual(['requires_payment_method'])
})

// Guarantee: a capture that fails takes nothing and leaves the authorisation to be cancelled.
test('a failing capture', async () => {
  await double.fault({ operation: 'capture', kind: 'decline' })
  const held = await double.stripe.paymentIntents.create(authorisation())
  expect(await refusalOf(double.stripe.paymentIntents.capture(held.id))).toMatchObject({
    statusCode: 402,
    code: 'card_declined',
  })
  expect((await double.state()).sums.eur).toMatchObject({ capturable: 4_200, captured: 0 })
  expect((await double.stripe.paymentIntents.cancel(held.id)).status).toBe('canceled')
})

test('a fault strikes what it names, as often as it says, and can be cleared', async () => {
  await double.fault({ operation: 'create', kind: 'error_before', metadata: { orderId: 'unlucky' }, times: 2 })
  const buy = (orderId: string) =>
    refusalOf(double.stripe.paymentIntents.create(authorisation({ metadata: { orderId } })))
  expect(await buy('lucky')).toBeUndefined()
  expect((await buy('unlucky'))?.statusCode).toBe(500)
  expect((await buy('unlucky'))?.statusCode).toBe(500)
  expect(await buy('unlucky')).toBeUndefined()

  await double.fault({ operation: 'refund', kind: 'error_before', times: 100 })
  await double.call('DELETE', '/faults')
  expect((await double.call('GET', '/faults')).body).toEqual({ faults: [] })
  const held = await double.stripe.paymentIntents.create(authorisation({ capture_method: 'automatic' }))
  expect((await double.stripe.refunds.create({ payment_intent: held.id })).status).toBe('succeeded')
})

test.each([
  ['an unknown operation', { operation: 'fly', kind: 'delay' }],
  ['a kind of another operation', { operation: 'refund', kind: 'decline' }],
  ['no end', { operation: 'create', kind: 'delay', times: 1e9 }],
  ['an unknown field', { operation: 'create', kind: 'delay', probability: 0.5 }],
  ['an unknown decline', { operation: 'create', kind: 'decline', declineCode: 'bad_mood' }],
])('a fault with %s is refused', async (_, fault) => {
  expect((await double.call('POST', '/faults', fault)).status).toBe(400)
})

test('a search that is out of order by itself leaves the other reads alone', async () => {
  await double.fault({ operation: 'search', kind: 'error_before' })
  const held = await double.stripe.paymentIntents.create(authorisation())
  expect((await double.stripe.paymentIntents.retrieve(held.id)).status).toBe('requires_capture')
  const search = () => double.stripe.paymentIntents.search({ query: "metadata['orderId']:'order-1'" })
  expect(await refusalOf(search())).toMatchObject({ statusCode: 500 })
  expect((await search()).data).toHaveLength(1)
})
