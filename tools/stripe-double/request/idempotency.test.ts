import { afterEach, beforeEach, expect, test } from 'bun:test'
import { authorisation, headerOf, refusalOf, startDouble } from '../testing.ts'

const dayMs = 24 * 60 * 60 * 1000

let double: Awaited<ReturnType<typeof startDouble>>
let clockMs: number
beforeEach(async () => {
  clockMs = Date.now()
  double = await startDouble({ now: () => clockMs })
})
afterEach(() => double.stop())

const charges = async () => (await double.state()).intents.flatMap((intent) => intent.charges)

// Guarantee: the same key gives the same answer and one charge.
test('a repeated request is answered from memory', async () => {
  const key = { idempotencyKey: 'order-1/1' }
  const first = await double.stripe.paymentIntents.create(authorisation(), key)
  await double.stripe.paymentIntents.capture(first.id)
  const again = await double.stripe.paymentIntents.create(authorisation(), key)
  expect(again.id).toBe(first.id)
  expect(again.status).toBe('requires_capture')
  expect(headerOf(first, 'idempotent-replayed')).toBeNull()
  expect(headerOf(again, 'idempotent-replayed')).toBe('true')
  expect(headerOf(again, 'original-request')).toBe(headerOf(first, 'request-id'))
  expect(await charges()).toHaveLength(1)
})

test('a decline is remembered as well', async () => {
  const call = () =>
    refusalOf(
      double.stripe.paymentIntents.create(authorisation({ payment_method: 'pm_card_chargeDeclined' }), {
        idempotencyKey: 'k',
      }),
    )
  const [first, again] = [await call(), await call()]
  expect(first?.code).toBe('card_declined')
  expect(again?.payment_intent?.id).toBe(first?.payment_intent?.id ?? 'none')
  expect(await charges()).toHaveLength(1)
})

test('other parameters or another endpoint under a known key are refused', async () => {
  const key = { idempotencyKey: 'k' }
  const held = await double.stripe.paymentIntents.create(authorisation(), key)
  const other = await refusalOf(double.stripe.paymentIntents.create(authorisation({ amount: 1 }), key))
  expect(other).toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400, rawType: 'idempotency_error' })
  const end = { idempotencyKey: 'end' }
  const draft = await double.stripe.paymentIntents.create({ amount: 900, currency: 'eur' })
  await double.stripe.paymentIntents.cancel(draft.id, {}, end)
  const elsewhere = await refusalOf(double.stripe.paymentIntents.capture(held.id, {}, end))
  expect(elsewhere).toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 })
  expect((await double.stripe.paymentIntents.retrieve(held.id)).status).toBe('requires_capture')
})

test('the order of parameters does not matter', async () => {
  const { amount, currency } = authorisation()
  const first = await double.stripe.paymentIntents.create({ amount, currency }, { idempotencyKey: 'k' })
  const again = await double.stripe.paymentIntents.create({ currency, amount }, { idempotencyKey: 'k' })
  expect(again.id).toBe(first.id)
})

// Guarantee: eight at once with one key charge once; those that come too early get 409 and may try again.
test('concurrent requests with one key charge once', async () => {
  await double.fault({ operation: 'create', kind: 'delay', delayMs: 200 })
  const calls = Array.from({ length: 8 }, () =>
    double.stripe.paymentIntents.create(authorisation(), { idempotencyKey: 'k' }).then(
      ({ id }) => id,
      (error: { statusCode?: number; code?: string }) => `${error.statusCode} ${error.code}`,
    ),
  )
  const answers = await Promise.all(calls)
  expect(answers.filter((answer) => answer === '409 idempotency_key_in_use')).toHaveLength(7)
  const later = await double.stripe.paymentIntents.create(authorisation(), { idempotencyKey: 'k' })
  expect(answers).toContain(later.id)
  expect(await charges()).toHaveLength(1)
})

test('a request that failed validation may be corrected under its key', async () => {
  const key = { idempotencyKey: 'k' }
  expect((await refusalOf(double.stripe.paymentIntents.create(authorisation({ amount: 0 }), key)))?.statusCode).toBe(
    400,
  )
  expect((await double.stripe.paymentIntents.create(authorisation(), key)).status).toBe('requires_capture')
})

// Guarantee: once the endpoint has begun, even its refusal is kept.
test('a refused capture stays refused under its key', async () => {
  const draft = await double.stripe.paymentIntents.create({ amount: 900, currency: 'eur', capture_method: 'manual' })
  const key = { idempotencyKey: 'capture' }
  expect((await refusalOf(double.stripe.paymentIntents.capture(draft.id, {}, key)))?.code).toBe(
    'payment_intent_unexpected_state',
  )
  const { client_secret } = draft
  await double.call('POST', `/payment_intents/${draft.id}/confirm`, { client_secret, payment_method: 'pm_card_visa' })
  expect((await refusalOf(double.stripe.paymentIntents.capture(draft.id, {}, key)))?.code).toBe(
    'payment_intent_unexpected_state',
  )
  expect((await double.stripe.paymentIntents.capture(draft.id, {}, { idempotencyKey: 'another' })).status).toBe(
    'succeeded',
  )
})

test('a key is forgotten after a day, not before', async () => {
  const key = { idempotencyKey: 'k' }
  const first = await double.stripe.paymentIntents.create(authorisation(), key)
  clockMs += dayMs - 1
  expect((await double.stripe.paymentIntents.create(authorisation(), key)).id).toBe(first.id)
  clockMs += 1
  expect((await double.stripe.paymentIntents.create(authorisation(), key)).id).not.toBe(first.id)
})

test('two refunds under one key give the money back once', async () => {
  const held = await double.stripe.paymentIntents.create(authorisation())
  await double.stripe.paymentIntents.capture(held.id)
  const key = { idempotencyKey: 'refund:1' }
  const [one, two] = [
    await double.stripe.refunds.create({ payment_intent: held.id }, key),
    await double.stripe.refunds.create({ payment_intent: held.id }, key),
  ]
  expect(two.id).toBe(one.id)
  expect((await double.state()).sums.eur).toMatchObject({ captured: 4_200, refunded: 4_200 })
})
