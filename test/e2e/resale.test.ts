import { beforeAll, expect, test } from 'bun:test'
import { ticketsPdf } from '@fairpass/tickets/testing'
import { eventually, listTicket, type Marketplace, sharedMarketplace } from '../marketplace.ts'
import { expectStatus, type Visitor } from '../visitor.ts'
import { buyTicket, fetchFile, newCode, send } from './ticket-files.ts'

let market: Marketplace

beforeAll(async () => {
  market = await sharedMarketplace()
}, 180_000)

const fileOf = (who: Visitor, orderId: string) => fetchFile(market, who, orderId)
const bought = (ticketId: string) => buyTicket(market, ticketId)

/** What was listed with a file, bought, and put up for sale again by its buyer. */
const resold = async () => {
  const { seller, ticketId } = await listTicket(market, { delivery: 'file' })
  expectStatus(await send(seller, ticketId, await ticketsPdf([{ symbology: 'qr', text: newCode() }])), 201)
  const first = await bought(ticketId)
  const resale = expectStatus(await first.buyer.post(`/api/orders/${first.orderId}/resale`, {}), 201).body
  return { seller, first, resale }
}

// Promise 9: whoever sells a ticket on loses sight of it when it is sold.
test('what was bought is sold on with one press; then it is the next buyer’s alone', async () => {
  const { seller, ticketId } = await listTicket(market, { delivery: 'file' })
  const pdf = await ticketsPdf([{ symbology: 'qr', text: newCode() }])
  expectStatus(await send(seller, ticketId, pdf), 201)
  const first = await bought(ticketId)
  const path = `/api/orders/${first.orderId}/resale`
  const stranger = await market.signedUp()
  for (const who of [seller, stranger]) expectStatus(await who.post(path, {}), 404)
  const resale = expectStatus(await first.buyer.post(path, {}), 201).body
  expect(resale).toMatchObject({ status: 'available', delivery: 'file', hasFile: true })
  expect(expectStatus(await first.buyer.get(path), 200).body.id).toBe(resale.id)
  expect((await first.buyer.post(path, {})).body.code).toBe('ticket_already_listed')
  expect((await fileOf(first.buyer, first.orderId)).status).toBe(200)

  const second = await bought(resale.id)
  expect((await fileOf(second.buyer, second.orderId)).status).toBe(200)
  await eventually(
    () => fileOf(first.buyer, first.orderId),
    ({ status }) => status === 404,
  )
  expect((await first.buyer.get(`/api/orders/${first.orderId}/code`)).status).toBe(404)
  expect((await first.buyer.post(path, {})).body.code).toBe('ticket_already_listed')
}, 60_000)

test('whoever sold a ticket on cannot say that it did not work; its new buyer can', async () => {
  const { first, resale } = await resold()
  const second = await bought(resale.id)
  const claim = { reason: 'The gate said no' }
  const refused = await first.buyer.post(`/api/orders/${first.orderId}/claim`, claim)
  expect(refused).toMatchObject({ status: 409, body: { code: 'claim_not_possible' } })
  expect(refused.body.errors).toMatchObject([{ message: expect.stringContaining('You have sold this ticket on') }])
  expectStatus(await second.buyer.post(`/api/orders/${second.orderId}/claim`, claim), 200)

  // Refunded, it is in nobody's hands but the first buyer's.
  const admin = await market.asAdmin()
  expectStatus(
    await admin.post(`/api/orders/${second.orderId}/claim/decision`, { refund: true, reason: 'Seen at the gate' }),
    200,
  )
  await eventually(
    () => second.buyer.get(`/api/orders/${second.orderId}`),
    ({ body }) => body.status === 'refunded',
    30_000,
  )
  expectStatus(await first.buyer.post(`/api/orders/${first.orderId}/claim`, claim), 200)
}, 90_000)

test('what is claimed is sold on to nobody until it is decided', async () => {
  const { first, resale } = await resold()
  expectStatus(await first.buyer.post(`/api/orders/${first.orderId}/claim`, { reason: 'Twice the same code' }), 200)
  await eventually(
    () => first.buyer.get(`/api/tickets/${resale.id}`),
    ({ body }) => body.status === 'withdrawn',
  )
  const again = await first.buyer.post(`/api/orders/${first.orderId}/resale`, {})
  expect(again).toMatchObject({ status: 409, body: { code: 'resale_not_possible' } })
}, 60_000)

test('a resale whose first sale was refunded pays nobody until an admin has looked at it', async () => {
  const { first, resale } = await resold()
  const second = await bought(resale.id)
  const admin = await market.asAdmin()
  expectStatus(await admin.post(`/api/payments/${first.paymentId}/refund`, { reason: 'The bank asked' }), 200)
  const { body } = await eventually(
    () => second.buyer.get(`/api/orders/${second.orderId}`),
    (seen) => seen.body.claim !== undefined,
    30_000,
  )
  expect(body).toMatchObject({ status: 'completed', claim: { status: 'open', cause: 'first_sale_refunded' } })
  // The buyer has the ticket meanwhile: it may well be good.
  expect((await fileOf(second.buyer, second.orderId)).status).toBe(200)
  const { claims } = (await admin.get('/api/orders/claims?limit=100')).body as unknown as { claims: { id: string }[] }
  // Which sale that was is what the admin asks first.
  expect(claims).toContainEqual(expect.objectContaining({ id: second.orderId, resaleOf: first.orderId }))
  expect((await admin.get('/admin/claims')).body.text).toContain(`/admin/payments?orderId=${first.orderId}`)
  // The seller's view of the order does not tell.
  expect(expectStatus(await first.buyer.get(`/api/orders/sales/${second.orderId}`), 200).body).not.toHaveProperty(
    'resaleOf',
  )
  await eventually(
    () => first.buyer.get('/api/payments/earnings/sales'),
    (seen) => JSON.stringify(seen.body).includes('"dispute"'),
    30_000,
  )
  expectStatus(
    await admin.post(`/api/orders/${second.orderId}/claim/decision`, { refund: false, reason: 'It is good' }),
    200,
  )
}, 90_000)

test('a link to a file is good without a session for its own order, until the session ends in which it was made', async () => {
  const { seller, ticketId } = await listTicket(market, { delivery: 'file' })
  expectStatus(await send(seller, ticketId, await ticketsPdf([{ symbology: 'qr', text: newCode() }])), 201)
  const { buyer, orderId } = await bought(ticketId)
  const path = `/api/orders/${orderId}/file/link`
  expectStatus(await seller.post(path, {}), 404)
  const { url, expiresAt } = expectStatus(await buyer.post(path, {}), 201).body as unknown as Record<string, string>
  expect(new Date(expiresAt ?? '').getTime() - Date.now()).toBeWithin(30_000, 61_000)
  const opened = await fetch(url ?? '')
  expect(opened.status).toBe(200)
  expect(opened.headers.get('content-disposition')).toContain('attachment')
  expect(opened.headers.get('x-content-type-options')).toBe('nosniff')
  expect(opened.headers.get('cache-control')).toContain('no-store')
  const other = url?.replace(orderId, '0123456789abcdef01234567') ?? ''
  for (const wrong of [other, `${url?.slice(0, -4)}AAAA`]) expect((await fetch(wrong)).status).toBe(404)
  expectStatus(await buyer.post('/api/users/signout'), 204)
  await eventually(
    () => fetch(url ?? ''),
    ({ status }) => status === 404,
  )
}, 60_000)
