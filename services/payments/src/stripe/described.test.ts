import { afterAll, beforeAll, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { startStripeCheck } from '@fairpass/stripe-double/openapi/check.ts'
import { authorisation, type Exchange, refusalOf, until } from '@fairpass/stripe-double/testing.ts'
import { startWorld, type World } from '../testing/world.ts'
import { createStripePort } from './payment-intents.ts'

// Stripe's own mock is built when it is not in the cache yet, which takes longer than a hook has: see install.ts beside it.
const check = await startStripeCheck()
const exchanges: Exchange[] = []
let world: World
beforeAll(async () => {
  world = await startWorld({ payoutDelaySeconds: 0, onExchange: (exchange) => exchanges.push(exchange) })
})
afterAll(async () => {
  await Promise.all([world.stop(), check.stop()])
})

const inShort = ({ method, path }: Exchange) =>
  `${method} ${(path.split('?')[0] ?? '').replaceAll(/\/(pi|ch|du|re|tr|acct|pm|evt)_\w+/g, '/$1')}`

/** The calls that were made, and what Stripe would say against any. */
const judged = async () => {
  const made = exchanges.splice(0)
  const wrong = []
  for (const exchange of made)
    for (const fault of await check.faultsOf(exchange)) wrong.push(`${inShort(exchange)} ${exchange.status}: ${fault}`)
  return { calls: [...new Set(made.map(inShort))].toSorted(), wrong: [...new Set(wrong)] }
}

const order = (sellerId = newId(), more = {}) =>
  world.market.open({ sellerId, startsAt: new Date(Date.now() - 60_000).toISOString(), ...more })

// Guarantee: what payments asks, Stripe understands, and what the double answers has the shape of Stripe's own answers.
test('payments: each way of paying, and what becomes of it', async () => {
  for (const paymentMethod of [
    'pm_card_visa',
    'pm_card_chargeDeclined',
    'pm_card_authenticationRequired',
    'pm_unknown',
  ])
    await world.payFor(order(), { paymentMethod })
  const cancelled = order()
  const opened = await world.payFor(cancelled, {})
  world.market.expire(cancelled.id)
  await world.db.collection('payments').updateMany({}, { $set: { expiresAt: new Date(0) } })
  await world.reconcileNow()
  const refunded = await world.payFor(order(undefined, { currency: 'jpy' }), { paymentMethod: 'pm_card_mastercard' })
  const reason = { reason: 'The show was called off' }
  await world.call('POST', `/api/payments/${refunded.body.id}/refund`, `${newId()}:admin`, reason)
  expect((await world.payments.find(opened.body.id))?.status).toBe('cancelled')
  const { calls, wrong } = await judged()
  expect(wrong).toEqual([])
  expect(calls).toEqual([
    'GET /v1/payment_intents/pi',
    'POST /v1/payment_intents',
    'POST /v1/payment_intents/pi/cancel',
    'POST /v1/payment_intents/pi/capture',
    'POST /v1/refunds',
  ])
}, 60_000)

test('payouts and disputes', async () => {
  const sellerId = newId()
  await world.call('POST', '/api/payments/account', sellerId, { country: 'AT' })
  await world.readySeller(sellerId)
  const sold = order(sellerId)
  const { body } = await world.payFor(sold, { paymentMethod: 'pm_card_visa' })
  await world.payOutNow()
  const [intent] = await world.intentsOf(sold.id)
  const dispute = await world.double.call('POST', `/payment_intents/${intent?.id}/dispute`, {})
  await world.disputes.reconcile()
  await world.payOutNow()
  await world.double.call('POST', `/disputes/${dispute.body.id}/close`, { outcome: 'lost' })
  await until('the dispute to be lost', async () => {
    await world.disputes.onDisputeUpdated(dispute.body.id)
    return (await world.disputes.find(dispute.body.id))?.status === 'lost'
  })
  expect((await world.payouts.find(body.id))?.status).toBe('dropped')
  const { calls, wrong } = await judged()
  expect(wrong).toEqual([])
  expect(calls).toEqual(
    expect.arrayContaining([
      'GET /v1/accounts/acct',
      'GET /v1/disputes',
      'GET /v1/disputes/du',
      'GET /v1/transfers',
      'GET /v1/transfers/tr',
      'POST /v1/account_links',
      'POST /v1/accounts',
      'POST /v1/transfers',
      'POST /v1/transfers/tr/reversals',
    ]),
  )
}, 60_000)

test('the rest of what the double speaks, refusals and events', async () => {
  const { client } = world
  const held = await client.paymentIntents.create(
    authorisation({ capture_method: 'automatic', return_url: 'http://localhost:3000/back' }),
  )
  await refusalOf(client.paymentIntents.capture(held.id))
  const { data: charges } = await client.charges.list({ payment_intent: held.id, expand: ['data.payment_intent'] })
  const charge = charges[0]?.id ?? ''
  await client.charges.retrieve(charge)
  const refund = await client.refunds.create({ charge, amount: 100, reason: 'duplicate' })
  await client.refunds.retrieve(refund.id)
  await client.refunds.list({ payment_intent: held.id })
  await client.paymentIntents.list({ limit: 3, created: { gte: 0 } })
  await client.paymentIntents.search({ query: "metadata['orderId']:'order-1'" })
  const stripe = createStripePort(client)
  await stripe.find('payment-1')
  await stripe.heldBefore(new Date())
  await stripe.capturedBetween(new Date(0))
  await stripe.createdBetween(new Date(0), new Date())
  await client.paymentMethods.retrieve(String(held.payment_method))
  await client.balance.retrieve()
  const [transfer] = (await world.double.state()).transfers
  await client.transfers.listReversals(transfer?.id ?? '')
  const events = await client.events.list({ limit: 100 })
  expect(new Set(events.data.flatMap((event) => check.eventFaults(event)))).toEqual(new Set())
  expect(new Set(events.data.map(({ data: { object } }) => 'object' in object && object.object))).toEqual(
    new Set(['account', 'charge', 'dispute', 'payment_intent', 'refund', 'transfer']),
  )
  expect((await judged()).wrong).toEqual([])
}, 60_000)

// Guarantee: the check itself would notice.
test.each<[string, Partial<Exchange>]>([
  ['a parameter that Stripe does not know', { body: 'amount=100&currency=eur&capturemethod=manual' }],
  ['an address that Stripe does not have', { path: '/v1/payment_intentions' }],
  ['an answer of another shape', { answer: { id: 'pi_1', object: 'payment_intent', amount: '100' } }],
  [
    'a field of our own',
    { answer: { id: 'pi_1', object: 'payment_intent', created: 1, livemode: false, status: 'canceled', ours: 1 } },
  ],
])('%s is noticed', async (_, change) => {
  const answer = { id: 'pi_1', object: 'payment_intent', created: 1, livemode: false, status: 'canceled' }
  const sound: Exchange = {
    method: 'POST',
    path: '/v1/payment_intents',
    body: 'amount=100&currency=eur&capture_method=manual',
    status: 200,
    answer,
  }
  expect(await check.faultsOf(sound)).toEqual([])
  expect(await check.faultsOf({ ...sound, ...change })).not.toEqual([])
})
