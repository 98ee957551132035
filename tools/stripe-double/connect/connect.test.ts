import { afterAll, beforeAll, expect, test } from 'bun:test'
import type Stripe from 'stripe'
import { authorisation, listen, refusalOf, startDouble, until } from '../testing.ts'

const listener = listen()
let double: Awaited<ReturnType<typeof startDouble>>
beforeAll(async () => {
  double = await startDouble({ webhookUrl: listener.url })
})
afterAll(async () => {
  await double.stop()
  await listener.stop()
})

const newAccount = () =>
  double.stripe.accounts.create({
    capabilities: { transfers: { requested: true } },
    controller: {
      fees: { payer: 'application' },
      losses: { payments: 'application' },
      stripe_dashboard: { type: 'express' },
    },
    metadata: { sellerId: 'seller-1' },
  })

const readyAccount = async () => {
  const { id } = await newAccount()
  await double.call('POST', `/accounts/${id}/onboard`)
  return id
}

const paid = async (more: Partial<Stripe.PaymentIntentCreateParams> = {}) => {
  const { id } = await double.stripe.paymentIntents.create(authorisation(more))
  const intent = await double.stripe.paymentIntents.capture(id)
  return { id, charge: String(intent.latest_charge) }
}

const eventOf = (type: string, id: string) =>
  until(`${type} of ${id}`, () =>
    listener.received.some(({ event }) => event.type === type && event.data.object.id === id),
  )

// Guarantee: nobody is sent money before they have told Stripe who they are.
test('a seller goes through the page behind the link, and is ready afterwards', async () => {
  const { stripe } = double
  const { id } = await newAccount()
  const { charge } = await paid()
  const transfer = { amount: 100, currency: 'eur', destination: id, source_transaction: charge }
  expect((await refusalOf(stripe.transfers.create(transfer)))?.code).toBe('insufficient_capabilities_for_transfer')

  const { url } = await stripe.accountLinks.create({
    account: id,
    type: 'account_onboarding',
    return_url: 'http://localhost:3000/earnings',
    refresh_url: 'http://localhost:3000/earnings?onboarding=again',
  })
  expect(await (await fetch(url)).text()).toContain('tell')
  const left = new URLSearchParams({ outcome: 'incomplete' })
  await fetch(url, { method: 'POST', body: left, redirect: 'manual' })
  const halfway = await stripe.accounts.retrieve(id)
  expect(halfway).toMatchObject({ payouts_enabled: false, capabilities: { transfers: 'inactive' } })
  expect(halfway.requirements?.currently_due).not.toEqual([])

  const done = new URLSearchParams({ outcome: 'complete' })
  const back = await fetch(url, { method: 'POST', body: done, redirect: 'manual' })
  expect([back.status, back.headers.get('location')]).toEqual([303, 'http://localhost:3000/earnings'])
  expect(await stripe.accounts.retrieve(id)).toMatchObject({
    payouts_enabled: true,
    details_submitted: true,
    capabilities: { transfers: 'active' },
    requirements: { currently_due: [] },
  })
  await eventOf('account.updated', id)
  expect((await stripe.transfers.create(transfer)).amount).toBe(100)
})

test('a link that has expired leads to where another is asked for', async () => {
  let at = Date.now()
  const later = await startDouble({ now: () => at })
  const { id } = await later.stripe.accounts.create({})
  const link = await later.stripe.accountLinks.create({
    account: id,
    type: 'account_onboarding',
    return_url: 'http://localhost:3000/earnings',
    refresh_url: 'http://localhost:3000/again',
  })
  at = link.expires_at * 1000
  const opened = await fetch(link.url, { redirect: 'manual' })
  expect([opened.status, opened.headers.get('location')]).toEqual([303, 'http://localhost:3000/again'])
  expect((await fetch(link.url, { method: 'POST' })).status).toBe(410)
  expect((await later.stripe.accounts.retrieve(id)).details_submitted).toBe(false)
  await later.stop()
})

// Guarantee: no more is sent on than was taken, however it is split.
test('transfers of a charge never exceed it, and what comes back may be sent again', async () => {
  const { stripe } = double
  const destination = await readyAccount()
  const { charge } = await paid()
  const send = (amount: number) =>
    stripe.transfers.create({
      amount,
      currency: 'eur',
      destination,
      source_transaction: charge,
      transfer_group: 'sale-1',
      metadata: { paymentId: 'sale-1' },
    })
  const first = await send(4_000)
  expect((await refusalOf(send(201)))?.param).toBe('amount')
  await send(200)
  const back = await stripe.transfers.createReversal(first.id)
  expect(back).toMatchObject({ object: 'transfer_reversal', amount: 4_000, transfer: first.id })
  expect(await stripe.transfers.retrieve(first.id)).toMatchObject({ reversed: true, amount_reversed: 4_000 })
  await eventOf('transfer.reversed', first.id)
  expect((await refusalOf(stripe.transfers.createReversal(first.id)))?.statusCode).toBe(400)
  const again = await send(4_000)
  const { data } = await stripe.transfers.list({ transfer_group: 'sale-1' })
  expect(data.map(({ id, reversed }) => [id, reversed])).toEqual([
    [again.id, false],
    [data[1]?.id ?? '', false],
    [first.id, true],
  ])
  expect((await stripe.transfers.listReversals(first.id)).data.map(({ id }) => id)).toEqual([back.id])
})

test('without a charge a transfer takes from the balance, as far as there is one', async () => {
  const destination = await readyAccount()
  const send = (amount: number) => double.stripe.transfers.create({ amount, currency: 'chf', destination })
  expect((await refusalOf(send(1)))?.code).toBe('balance_insufficient')
  await paid({ currency: 'chf', amount: 500 })
  await send(500)
  expect((await refusalOf(send(1)))?.code).toBe('balance_insufficient')
  expect((await double.state()).sums.chf).toMatchObject({ captured: 500, transferred: 500, net: 0 })
})

test.each([
  ['another currency than the charge', { currency: 'usd' }],
  ['another group than its charge', { transfer_group: 'another' }],
  ['nobody to send it to', { destination: 'acct_nobody' }],
  ['nothing', { amount: 0 }],
  ['a misspelt parameter', { sourcetransaction: 'ch' }],
])('a transfer of %s is refused', async (_, change) => {
  const { charge } = await paid({ transfer_group: 'sale' })
  const body = { amount: 100, currency: 'eur', destination: await readyAccount(), source_transaction: charge }
  const refusal = await refusalOf(double.stripe.rawRequest('POST', '/v1/transfers', { ...body, ...change }))
  expect(refusal?.statusCode).toBe(400)
})

// Guarantee: the bank takes the money at once; it comes back only when the platform wins.
test.each([
  ['won', 4_200, ['charge.dispute.closed', 'charge.dispute.funds_reinstated']],
  ['lost', 0, ['charge.dispute.closed']],
] as const)('a dispute that is %s', async (outcome, kept, types) => {
  const quiet = await startDouble()
  const { stripe } = quiet
  const { id } = await stripe.paymentIntents.create(authorisation())
  await stripe.paymentIntents.capture(id)
  const { body: dispute } = await quiet.call('POST', `/payment_intents/${id}/dispute`, {
    reason: 'product_not_received',
  })
  expect(dispute).toMatchObject({ status: 'needs_response', amount: 4_200, payment_intent: id })
  expect((await quiet.state()).sums.eur).toMatchObject({ disputed: 4_200, net: 0 })
  expect((await refusalOf(stripe.refunds.create({ payment_intent: id })))?.code).toBe('charge_disputed')

  await quiet.call('POST', `/disputes/${dispute.id}/close`, { outcome })
  expect((await stripe.disputes.retrieve(dispute.id)).status).toBe(outcome)
  expect((await quiet.call('POST', `/disputes/${dispute.id}/close`, { outcome })).status).toBe(400)
  expect((await quiet.state()).sums.eur?.net).toBe(kept)
  const { data } = await stripe.events.list({ limit: 100 })
  expect(
    data
      .map(({ type }) => type as string)
      .filter((type) => type.startsWith('charge.dispute'))
      .reverse(),
  ).toEqual(['charge.dispute.created', 'charge.dispute.funds_withdrawn', ...types])
  await quiet.stop()
})

// Guarantee: trouble with a transfer is the same trouble as with a capture: under its key it happens once.
test('a transfer whose answer is lost was made, once', async () => {
  const { stripe } = double
  const destination = await readyAccount()
  const { charge } = await paid()
  const metadata = { paymentId: 'unlucky' }
  await double.fault({ operation: 'transfer', kind: 'drop_after', times: 2, metadata })
  const asked = { amount: 100, currency: 'eur', destination, source_transaction: charge, metadata }
  const send = () => stripe.transfers.create(asked, { idempotencyKey: 'payout-unlucky' })
  expect((await refusalOf(send()))?.type).toBe('StripeConnectionError')
  const { id } = await send()
  await double.fault({ operation: 'reversal', kind: 'refuse', metadata })
  expect((await refusalOf(stripe.transfers.createReversal(id)))?.code).toBe('balance_insufficient')
  const made = (await double.state()).transfers.filter(({ metadata: { paymentId } }) => paymentId === 'unlucky')
  expect(made).toMatchObject([{ id, amount: 100, amountReversed: 0 }])
})
