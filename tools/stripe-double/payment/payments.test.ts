import { afterAll, beforeAll, expect, test } from 'bun:test'
import { authorisation, refusalOf, startDouble } from '../testing.ts'

let double: Awaited<ReturnType<typeof startDouble>>
beforeAll(async () => {
  double = await startDouble()
})
afterAll(() => double.stop())

const typesAbout = async (id: string) => {
  const events = await double.stripe.events.list({ limit: 100 })
  return events.data
    .filter(
      ({ data: { object } }) =>
        'id' in object && (object.id === id || ('payment_intent' in object && object.payment_intent === id)),
    )
    .map(({ type }) => type)
    .reverse()
}

// Guarantee: money is held at confirmation and taken at capture, once, and every step is told in order.
test('an authorisation holds, a capture takes', async () => {
  const { stripe } = double
  const held = await stripe.paymentIntents.create(authorisation())
  expect(held).toMatchObject({ status: 'requires_capture', amount_capturable: 4_200, amount_received: 0 })
  expect(held.payment_method).toStartWith('pm_')
  expect(held.payment_method).not.toBe('pm_card_visa')
  const authorised = await stripe.charges.retrieve(String(held.latest_charge))
  expect(authorised).toMatchObject({ paid: true, captured: false, amount_captured: 0, payment_intent: held.id })

  const taken = await stripe.paymentIntents.capture(held.id, { expand: ['latest_charge'] })
  expect(taken).toMatchObject({
    status: 'succeeded',
    amount_capturable: 0,
    amount_received: 4_200,
    latest_charge: { id: authorised.id, captured: true, amount_captured: 4_200 },
  })
  expect(await typesAbout(held.id)).toEqual([
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.amount_capturable_updated',
    'charge.captured',
    'payment_intent.succeeded',
  ])

  const again = await refusalOf(stripe.paymentIntents.capture(held.id))
  expect(again).toMatchObject({ statusCode: 400, code: 'payment_intent_unexpected_state' })
  const { intents } = await double.state()
  expect(intents.find(({ id }) => id === held.id)).toMatchObject({ captures: 1, captured: 4_200 })
})

test.each([
  ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
  ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
  ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
  ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
  ['pm_card_visa_chargeDeclinedStolenCard', 'card_declined', 'stolen_card'],
  ['pm_card_chargeDeclinedFraudulent', 'card_declined', 'fraudulent'],
  ['pm_card_chargeDeclinedExpiredCard', 'expired_card', undefined],
  ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', undefined],
  ['pm_card_chargeDeclinedProcessingError', 'processing_error', undefined],
])('%s is refused with %s and holds nothing', async (paymentMethod, code, declineCode) => {
  const refusal = await refusalOf(double.stripe.paymentIntents.create(authorisation({ payment_method: paymentMethod })))
  expect(refusal).toMatchObject({ type: 'StripeCardError', statusCode: 402, code })
  expect(refusal?.decline_code || undefined).toBe(declineCode)
  const id = refusal?.payment_intent?.id ?? ''
  const kept = await double.stripe.paymentIntents.retrieve(id)
  expect(kept).toMatchObject({
    status: 'requires_payment_method',
    amount_capturable: 0,
    payment_method: null,
    last_payment_error: { type: 'card_error', code },
  })
  expect(await typesAbout(id)).toEqual(['payment_intent.created', 'charge.failed', 'payment_intent.payment_failed'])
})

// Guarantee: another card may be tried after a decline, and only the good attempt counts.
test('a declined intent can be confirmed with another card', async () => {
  const refusal = await refusalOf(
    double.stripe.paymentIntents.create(authorisation({ payment_method: 'pm_card_chargeDeclined' })),
  )
  const id = refusal?.payment_intent?.id ?? ''
  const held = await double.stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_mastercard' })
  expect(held).toMatchObject({ status: 'requires_capture', last_payment_error: null })
  const charges = await double.stripe.charges.list({ payment_intent: id })
  expect(charges.data.map(({ status }) => status)).toEqual(['succeeded', 'failed'])
})

test('a cancelled authorisation is given back and can never be captured', async () => {
  const { stripe } = double
  const held = await stripe.paymentIntents.create(authorisation())
  const ended = await stripe.paymentIntents.cancel(held.id, { cancellation_reason: 'abandoned' })
  expect(ended).toMatchObject({ status: 'canceled', amount_capturable: 0, cancellation_reason: 'abandoned' })
  const refusal = await refusalOf(stripe.paymentIntents.capture(held.id))
  expect(refusal).toMatchObject({ statusCode: 400, code: 'payment_intent_unexpected_state' })
  expect(refusal?.payment_intent).toMatchObject({ id: held.id, status: 'canceled' })
  expect((await refusalOf(stripe.paymentIntents.cancel(held.id)))?.code).toBe('payment_intent_unexpected_state')
  expect((await refusalOf(stripe.paymentIntents.confirm(held.id)))?.code).toBe('payment_intent_unexpected_state')
  const { intents } = await double.state()
  expect(intents.find(({ id }) => id === held.id)).toMatchObject({ captures: 0, captured: 0, refunded: 0 })
})

test('a captured intent is refunded once, never beyond what was taken', async () => {
  const { stripe } = double
  const held = await stripe.paymentIntents.create(authorisation())
  expect((await refusalOf(stripe.refunds.create({ payment_intent: held.id })))?.statusCode).toBe(400)
  await stripe.paymentIntents.capture(held.id)
  expect((await refusalOf(stripe.paymentIntents.cancel(held.id)))?.code).toBe('payment_intent_unexpected_state')
  const tooMuch = await refusalOf(stripe.refunds.create({ payment_intent: held.id, amount: 4_201 }))
  expect(tooMuch).toMatchObject({ statusCode: 400, param: 'amount' })

  const refund = await stripe.refunds.create({ payment_intent: held.id, reason: 'requested_by_customer' })
  expect(refund).toMatchObject({ amount: 4_200, status: 'succeeded', payment_intent: held.id })
  expect((await refusalOf(stripe.refunds.create({ payment_intent: held.id })))?.code).toBe('charge_already_refunded')
  expect((await stripe.charges.retrieve(String(held.latest_charge))).refunded).toBe(true)
  expect((await typesAbout(held.id)).slice(-2)).toEqual(['refund.created', 'charge.refunded'])
  const { intents } = await double.state()
  expect(intents.find(({ id }) => id === held.id)).toMatchObject({ captured: 4_200, refunded: 4_200 })
})

test('what is released at a partial capture cannot be refunded as well', async () => {
  const { stripe } = double
  const held = await stripe.paymentIntents.create(authorisation())
  await stripe.paymentIntents.capture(held.id, { amount_to_capture: 4_000 })
  await stripe.refunds.create({ payment_intent: held.id })
  const { intents } = await double.state()
  const known = intents.find(({ id }) => id === held.id)
  expect(known).toMatchObject({ captured: 4_000, refunded: 4_000 })
  expect(known?.refunds.map(({ amount, released }) => [amount, released])).toEqual([
    [200, true],
    [4_000, false],
  ])
})

test.each(['pm_card_authenticationRequired', 'pm_card_threeDSecure2Required'])(
  '%s waits for the buyer, and holds money only after the bank says yes',
  async (paymentMethod) => {
    const { stripe, call } = double
    const waiting = await stripe.paymentIntents.create(
      authorisation({ payment_method: paymentMethod, return_url: 'https://shop.example/back' }),
    )
    expect(waiting).toMatchObject({
      status: 'requires_action',
      amount_capturable: 0,
      latest_charge: null,
      next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: 'https://shop.example/back' } },
    })
    const { body } = await call('POST', `/payment_intents/${waiting.id}/complete3ds`)
    expect(body).toMatchObject({ status: 'requires_capture', amount_capturable: 4_200, next_action: null })
  },
)

test('a failed authentication asks for another card', async () => {
  const waiting = await double.stripe.paymentIntents.create(
    authorisation({ payment_method: 'pm_card_authenticationRequired' }),
  )
  const { body } = await double.call('POST', `/payment_intents/${waiting.id}/complete3ds`, { outcome: 'failed' })
  expect(body).toMatchObject({
    status: 'requires_payment_method',
    last_payment_error: { code: 'payment_intent_authentication_failure' },
  })
})

test('off the session a card that wants its owner is declined', async () => {
  const refusal = await refusalOf(
    double.stripe.paymentIntents.create(
      authorisation({ payment_method: 'pm_card_authenticationRequired', off_session: true }),
    ),
  )
  expect(refusal).toMatchObject({ statusCode: 402, decline_code: 'authentication_required' })
})

// Guarantee: the way of the browser: an intent without a card, confirmed by who knows its client secret.
test('the browser confirms with the client secret, and only with it', async () => {
  const { stripe, call } = double
  const fresh = await stripe.paymentIntents.create({ amount: 900, currency: 'usd', capture_method: 'manual' })
  expect(fresh.status).toBe('requires_payment_method')
  const wrong = await call('POST', `/payment_intents/${fresh.id}/confirm`, {
    client_secret: 'guess',
    payment_method: 'pm_card_visa',
  })
  expect(wrong.status).toBe(400)
  const right = await call('POST', `/payment_intents/${fresh.id}/confirm`, {
    client_secret: fresh.client_secret,
    payment_method: 'pm_card_visa',
  })
  expect(right.body.status).toBe('requires_capture')
  expect((await call('POST', `/payment_intents/${fresh.id}/capture`)).body.status).toBe('succeeded')
})

test('an authorisation that runs out cannot be captured', async () => {
  const held = await double.stripe.paymentIntents.create(authorisation())
  await double.call('POST', `/payment_intents/${held.id}/expire`)
  expect(await double.stripe.paymentIntents.retrieve(held.id)).toMatchObject({
    status: 'canceled',
    cancellation_reason: 'automatic',
  })
  expect((await refusalOf(double.stripe.paymentIntents.capture(held.id)))?.code).toBe('payment_intent_unexpected_state')
})

test('a disputed charge is told and cannot be refunded', async () => {
  const { stripe } = double
  const held = await stripe.paymentIntents.create(authorisation({ payment_method: 'pm_card_createDispute' }))
  expect(await typesAbout(held.id)).not.toContain('charge.dispute.created')
  await stripe.paymentIntents.capture(held.id)
  expect(await typesAbout(held.id)).toContain('charge.dispute.created')
  expect((await refusalOf(stripe.refunds.create({ payment_intent: held.id })))?.code).toBe('charge_disputed')
})

// Guarantee: the sums add up to what moved, in each currency; an authorisation moves nothing.
test('sums follow the money', async () => {
  const quiet = await startDouble()
  const { stripe } = quiet
  const [kept, returned] = [
    await stripe.paymentIntents.create(authorisation()),
    await stripe.paymentIntents.create(authorisation()),
  ]
  await stripe.paymentIntents.create(authorisation({ currency: 'jpy', amount: 700 }))
  await stripe.paymentIntents.capture(kept.id)
  await stripe.paymentIntents.capture(returned.id)
  await stripe.refunds.create({ payment_intent: returned.id })
  expect((await quiet.state()).sums).toEqual({
    eur: { capturable: 0, captured: 8_400, refunded: 4_200, disputed: 0, transferred: 0, net: 4_200 },
    jpy: { capturable: 700, captured: 0, refunded: 0, disputed: 0, transferred: 0, net: 0 },
  })
  expect((await stripe.balance.retrieve()).pending).toContainEqual({ amount: 4_200, currency: 'eur' })
  await quiet.call('POST', '/reset')
  expect((await quiet.state()).intents).toEqual([])
  await quiet.stop()
})
