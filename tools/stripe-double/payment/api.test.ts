import { afterAll, beforeAll, expect, test } from 'bun:test'
import { authorisation, clientOf, refusalOf, startDouble } from '../testing.ts'

let double: Awaited<ReturnType<typeof startDouble>>
beforeAll(async () => {
  double = await startDouble()
})
afterAll(() => double.stop())

// Guarantee: what Stripe itself would refuse is refused here, so that nothing passes on the double alone.
test.each([
  ['no amount', { amount: undefined }, 'parameter_missing', 'amount'],
  ['a broken amount', { amount: 10.5 }, 'parameter_invalid_integer', 'amount'],
  ['nothing to pay', { amount: 0 }, 'parameter_invalid_integer', 'amount'],
  ['a currency that is none', { currency: 'zzz' }, 'parameter_invalid_string', 'currency'],
  ['an unknown PaymentMethod', { payment_method: 'pm_card_nobody' }, 'resource_missing', 'payment_method'],
  [
    'the former payment_method_types',
    { payment_method_types: ['card'] },
    'payment_method_types_no_longer_supported',
    'payment_method_types',
  ],
  ['a misspelt parameter', { capturemethod: 'manual' }, 'parameter_unknown', 'capturemethod'],
])('%s is refused', async (_, change, code, param) => {
  const body = Object.fromEntries(
    Object.entries({ ...authorisation(), ...change }).filter(([, value]) => value !== undefined),
  )
  const refusal = await refusalOf(double.stripe.rawRequest('POST', '/v1/payment_intents', body))
  expect(refusal).toMatchObject({ type: 'StripeInvalidRequestError', statusCode: 400, code, param })
})

test('methods that may redirect need a return_url to be confirmed from a server', async () => {
  const { allowed_payment_method_types: _, ...automatic } = authorisation()
  expect((await refusalOf(double.stripe.paymentIntents.create(automatic)))?.message).toContain('return_url')
  const never = await double.stripe.paymentIntents.create({
    ...automatic,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  })
  expect(never.status).toBe('requires_capture')
})

test('another key is not let in, not even to the control API', async () => {
  const refusal = await refusalOf(clientOf(double.port, 'sk_test_somebody').paymentIntents.list())
  expect(refusal).toMatchObject({ type: 'StripeAuthenticationError', statusCode: 401 })
  expect((await fetch(`http://127.0.0.1:${double.port}/__double/state`)).status).toBe(401)
  expect((await fetch(`http://127.0.0.1:${double.port}/healthz`)).status).toBe(200)
})

test('an unknown intent is 404, an unknown address too', async () => {
  expect(await refusalOf(double.stripe.paymentIntents.retrieve('pi_none'))).toMatchObject({
    statusCode: 404,
    code: 'resource_missing',
  })
  expect(await refusalOf(double.stripe.customers.list())).toMatchObject({ statusCode: 404 })
})

test('lists page through everything once, newest first; search finds by metadata', async () => {
  const { stripe } = double
  const made = []
  for (let nth = 0; nth < 5; nth += 1) {
    made.push(await stripe.paymentIntents.create(authorisation({ metadata: { orderId: 'paged', nth: String(nth) } })))
  }
  const seen = []
  for await (const intent of stripe.paymentIntents.list({ limit: 2 })) seen.push(intent.id)
  expect(seen.slice(0, 5)).toEqual(made.map(({ id }) => id).reverse())
  expect(new Set(seen).size).toBe(seen.length)
  const first = await stripe.paymentIntents.list({ limit: 2, ending_before: made[1]?.id ?? '' })
  expect(first.data.map(({ id }) => id)).toEqual([made[3]?.id ?? '', made[2]?.id ?? ''])
  expect((await stripe.paymentIntents.list({ created: { gt: Math.floor(Date.now() / 1000) + 60 } })).data).toEqual([])

  const found = []
  for await (const intent of stripe.paymentIntents.search({
    query: "metadata['orderId']:'paged' AND status:'requires_capture'",
    limit: 2,
  })) {
    found.push(intent.id)
  }
  expect(found.toSorted()).toEqual(made.map(({ id }) => id).toSorted())
  expect((await stripe.paymentIntents.search({ query: "metadata['orderId']:'nobody'" })).data).toEqual([])
})

test('a PaymentMethod shows its card', async () => {
  const method = await double.stripe.paymentMethods.retrieve('pm_card_amex')
  expect(method).toMatchObject({ type: 'card', card: { brand: 'amex', last4: '8431' } })
  expect((await refusalOf(double.stripe.paymentMethods.retrieve('pm_none')))?.statusCode).toBe(404)
})
