import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { OrderToPay } from '@fairpass/sdk/dapr'
import { newId } from '@fairpass/sdk/mongo'
import { authorisation, until } from '@fairpass/stripe-double/testing.ts'
import { startWorld, type World } from '../testing/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ feeBasisPoints: 1_000, payoutDelaySeconds: 0 })
})
afterAll(() => world.stop())

const admin = `${newId()}:admin`

const sold = async (more: Partial<OrderToPay> = {}, paymentMethod = 'pm_card_visa') => {
  const sellerId = newId()
  await world.readySeller(sellerId)
  const order = world.market.open({ sellerId, startsAt: new Date(Date.now() - 60_000).toISOString(), ...more })
  const { body } = await world.payFor(order, { paymentMethod })
  const [intent] = await world.intentsOf(order.id)
  return { sellerId, paymentId: body.id as string, intentId: intent?.id ?? '', order }
}

const dispute = async (intentId: string, how: object = {}): Promise<string> => {
  const { body } = await world.double.call('POST', `/payment_intents/${intentId}/dispute`, how)
  return body.id
}
const decide = (id: string, outcome: 'won' | 'lost') => world.double.call('POST', `/disputes/${id}/close`, { outcome })
const known = (id: string, status: string) =>
  until(`${id} to be ${status}`, async () => (await world.disputes.find(id))?.status === status)

const earningsOf = async (sellerId: string) => (await world.call('GET', '/api/payments/earnings', sellerId)).body
const sentOf = async (paymentId: string) =>
  (await world.double.state()).transfers
    .filter(({ metadata }) => metadata.paymentId === paymentId)
    .map(({ amount, amountReversed }) => amount - amountReversed)
const disputeEntriesOf = async (paymentId: string) =>
  (await world.ledger.ofPayment(paymentId)).filter(({ what }) => what.startsWith('dispute'))
/** The ledger's `stripe` account against what the double says is left. */
const expectAgreement = async () => {
  const [{ sums }, ledger] = [await world.double.state(), await world.ledger.balances('stripe')]
  expect(ledger).toEqual(Object.fromEntries(Object.entries(sums).map(([currency, { net }]) => [currency, net])))
  expect(Object.values(await world.ledger.sums()).every((sum) => sum === 0)).toBe(true)
}

// Guarantee: while a bank has not decided, the seller's share stays here.
test('a disputed sale is withheld, and sent once it is won', async () => {
  const { sellerId, paymentId, intentId } = await sold()
  const id = await dispute(intentId)
  await known(id, 'open')
  await world.payOutNow()
  expect(await sentOf(paymentId)).toEqual([])
  expect(await earningsOf(sellerId)).toEqual({ eur: { pendingCents: 3_780, availableCents: 0, paidOutCents: 0 } })
  const sales = await world.call('GET', '/api/payments/earnings/sales', sellerId)
  expect(sales.body.sales).toMatchObject([{ status: 'pending', waitsFor: 'dispute' }])
  await expectAgreement()

  await decide(id, 'won')
  await known(id, 'won')
  await world.payOutNow()
  expect(await sentOf(paymentId)).toEqual([3_780])
  expect((await disputeEntriesOf(paymentId)).map(({ what }) => what)).toEqual(['dispute_opened', 'dispute_won'])
  await expectAgreement()
})

test('what was sent comes back when it is disputed, and is sent again when the dispute is won', async () => {
  const { sellerId, paymentId, intentId } = await sold()
  await world.payOutNow()
  const id = await dispute(intentId)
  await known(id, 'open')
  await world.payOutNow()
  expect(await sentOf(paymentId)).toEqual([0])
  await decide(id, 'won')
  await known(id, 'won')
  await world.payOutNow()
  expect((await sentOf(paymentId)).toSorted()).toEqual([0, 3_780])
  expect(await earningsOf(sellerId)).toEqual({ eur: { pendingCents: 0, availableCents: 0, paidOutCents: 3_780 } })
  await expectAgreement()
})

// Guarantee: a lost dispute undoes the sale: nobody but the buyer's bank has anything of it.
test('a lost dispute costs the seller the share and the platform its fee', async () => {
  const { sellerId, paymentId, intentId } = await sold()
  const fees = async () => (await world.ledger.balances('platform:fees')).eur ?? 0
  const before = await fees()
  await world.payOutNow()
  const id = await dispute(intentId, { reason: 'product_not_received' })
  await decide(id, 'lost')
  await known(id, 'lost')
  await world.payOutNow()
  expect(await sentOf(paymentId)).toEqual([0])
  expect(await world.ledger.balances(`seller:${sellerId}`)).toEqual({ eur: 0 })
  expect((await fees()) - before).toBe(420)
  expect(await earningsOf(sellerId)).toEqual({ eur: { pendingCents: 0, availableCents: 0, paidOutCents: 0 } })
  await expectAgreement()

  const shown = await world.call('GET', '/api/payments/disputes?status=lost', admin)
  expect(shown.body.disputes.find((one: { id: string }) => one.id === id)).toMatchObject({
    paymentId,
    sellerId,
    amountCents: 4_200,
    reason: 'product_not_received',
    closedAt: expect.any(String),
  })
  const refund = await world.call('POST', `/api/payments/${paymentId}/refund`, admin, { reason: 'Asked for it' })
  expect([refund.status, refund.body.code]).toEqual([409, 'payment_not_refundable'])
})

// Guarantee: a part of the price is shared as the price was, to what Stripe can move, and the rest is sent.
test.each([
  ['eur', 4_200, 1_001, 100, 2_879],
  ['jpy', 4_205, 333, 33, 3_484],
  ['kwd', 12_340, 1_110, 110, 10_110],
])('a part of a sale in %s that is lost', async (currency, totalCents, amount, feeLost, left) => {
  const { sellerId, paymentId, intentId } = await sold({ currency, totalCents })
  await world.payOutNow()
  const id = await dispute(intentId, { amount })
  await decide(id, 'lost')
  await known(id, 'lost')
  for (let turn = 0; turn < 2; turn += 1) await world.payOutNow()
  expect((await sentOf(paymentId)).filter((cents) => cents !== 0)).toEqual([left])
  const lost = (await disputeEntriesOf(paymentId)).at(-1)
  expect(lost?.lines).toContainEqual({ account: 'platform:fees', amount: feeLost })
  expect(await world.ledger.balances(`seller:${sellerId}`)).toEqual({ [currency]: 0 })
  await expectAgreement()
})

// Guarantee: what Stripe tells late, twice or out of order is booked once, and what it does not tell is found.
test('a dispute whose webhooks are lost or doubled is booked once', async () => {
  const { paymentId, intentId } = await sold()
  await world.double.fault({ operation: 'webhook', kind: 'lost', times: 4, intent: intentId })
  const id = await dispute(intentId)
  expect(await world.disputes.find(id)).toBeUndefined()
  await Promise.all([world.disputes.reconcile(), world.disputes.reconcile()])
  expect((await world.disputes.find(id))?.status).toBe('open')
  await decide(id, 'lost')
  await world.db.collection('disputes').updateMany({}, { $set: { 'lease.nextAttemptAt': new Date(0) } })
  await Promise.all([
    world.disputes.reconcile(),
    world.disputes.onDisputeUpdated(id),
    world.disputes.onDisputeUpdated(id),
  ])
  expect((await world.disputes.find(id))?.status).toBe('lost')
  await world.disputes.onDisputeUpdated(id)
  expect((await disputeEntriesOf(paymentId)).map(({ what }) => what)).toEqual(['dispute_opened', 'dispute_lost'])
})

// Guarantee: however many banks ask at once, none is overlooked.
test('more disputes than fit a page of Stripe are found without a webhook', async () => {
  const own = await Promise.all(Array.from({ length: 3 }, () => sold()))
  const told: unknown[] = []
  for (const { intentId } of own) {
    await world.double.fault({ operation: 'webhook', kind: 'lost', times: 4, intent: intentId })
    told.push(await dispute(intentId))
  }
  // A hundred newer ones of somebody else on the same Stripe account.
  for (let nth = 0; nth < 100; nth += 1)
    await world.client.paymentIntents.create(
      authorisation({ capture_method: 'automatic', payment_method: 'pm_card_createDispute', metadata: {} }),
    )
  await world.disputes.reconcile()
  for (const id of told) expect((await world.disputes.find(String(id)))?.status).toBe('open')
}, 60_000)

// Guarantee: a bank may be quicker than we are: its dispute is known before the payment is completed.
test('a card that disputes at once', async () => {
  const { paymentId, intentId } = await sold({}, 'pm_card_createDispute')
  const { disputes } = await world.double.state()
  const id = disputes.find(({ intent }) => intent === intentId)?.id ?? ''
  await known(id, 'open')
  expect((await world.payments.find(paymentId))?.status).toBe('completed')
  await world.payOutNow()
  expect(await sentOf(paymentId)).toEqual([])
  await expectAgreement()
})

// Guarantee: money that goes back anyway goes back once: through the bank when the bank was quicker.
test('a capture that landed late, and is disputed, ends when the bank has decided for the buyer', async () => {
  const order = world.market.open({ sellerId: newId() })
  const opened = await world.payFor(order, {})
  const [intentId = ''] = opened.body.clientSecret.split('_secret')
  await world.double.fault({ operation: 'webhook', kind: 'lost', times: 50, intent: intentId })
  const confirmation = { client_secret: opened.body.clientSecret, payment_method: 'pm_card_createDispute' }
  await world.double.call('POST', `/payment_intents/${intentId}/confirm`, confirmation)
  await world.double.call('POST', `/payment_intents/${intentId}/capture`, {})
  world.market.expire(order.id)
  const reconciled = (status: string) =>
    until(`the payment to be ${status}`, async () => {
      await world.reconcileNow()
      return (await world.payments.find(opened.body.id))?.status === status
    })
  await reconciled('refunding')
  await world.disputes.reconcile()
  const { disputes } = await world.double.state()
  const id = disputes.find(({ intent }) => intent === intentId)?.id ?? ''
  await decide(id, 'lost')
  await world.disputes.onDisputeUpdated(id)
  await reconciled('refunded')
  expect((await world.intentsOf(order.id)).map(({ captured, refunded }) => captured - refunded)).toEqual([4_200])
  expect(await world.ledger.balances(`seller:${order.sellerId}`)).toEqual({ eur: 0 })
  await expectAgreement()
})

test('an admin who refunds while a dispute is open is told why not', async () => {
  const { paymentId, intentId } = await sold()
  await known(await dispute(intentId), 'open')
  const refund = await world.call('POST', `/api/payments/${paymentId}/refund`, admin, { reason: 'Asked for it' })
  expect(refund.body).toMatchObject({
    code: 'payment_not_refundable',
    errors: [{ message: "The buyer's bank has taken this money back already" }],
  })
  const shown = await world.call(
    'GET',
    `/api/payments?orderId=${(await world.payments.find(paymentId))?.orderId}`,
    admin,
  )
  expect(shown.body.payments).toMatchObject([{ status: 'completed', dispute: { status: 'open' } }])
})

test('disputes page by page, the latest first', async () => {
  const seen: string[] = []
  let cursor: string | null = ''
  do {
    const query: string = cursor ? `&cursor=${cursor}` : ''
    const { body } = await world.call('GET', `/api/payments/disputes?limit=3${query}`, admin)
    seen.push(...body.disputes.map(({ id }: { id: string }) => id))
    cursor = body.nextCursor
  } while (cursor)
  expect(new Set(seen).size).toBe(await world.db.collection('disputes').countDocuments())
  expect(seen).toHaveLength(new Set(seen).size)
})
