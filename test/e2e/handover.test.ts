import { beforeAll, expect, test } from 'bun:test'
import { readFile } from 'node:fs/promises'
import { passOf, photoOf, ticketsPdf } from '@fairpass/tickets/testing'
import { eventually, listTicket, type Marketplace, sharedMarketplace } from '../marketplace.ts'
import { expectStatus, type Visitor } from '../visitor.ts'
import { buyTicket, fetchFile, newCode, send } from './ticket-files.ts'

let market: Marketplace

beforeAll(async () => {
  market = await sharedMarketplace()
}, 180_000)

/** The files below a folder that hold any of these texts. */
const filesWith = async (folder: string, texts: string[]): Promise<string[]> => {
  const found: string[] = []
  for await (const path of new Bun.Glob('**/*').scan({ cwd: folder, dot: true })) {
    const file = await readFile(`${folder}/${path}`).catch(() => Buffer.alloc(0))
    if (texts.some((text) => file.includes(text))) found.push(path)
  }
  return found
}

const fileOf = (who: Visitor, orderId: string) => fetchFile(market, who, orderId)
const bought = (ticketId: string) => buyTicket(market, ticketId)

// Promise 9: a ticket's file is opened by nobody but the buyer of a completed order.
test('an uploaded ticket is the buyer’s once it is paid, and nobody else’s', async () => {
  const code = newCode()
  const { seller, ticketId } = await listTicket(market, { delivery: 'file' })
  const pdf = await ticketsPdf([{ symbology: 'qr', text: code }])
  expect(expectStatus(await send(seller, ticketId, pdf), 201).body).toEqual({
    ticketIds: [ticketId],
    barcodes: 1,
  } as never)
  const buyer = await market.signedUp()
  const { id } = expectStatus(await buyer.buy(ticketId), 201).body
  expect((await buyer.get(`/api/orders/${id}`)).body.handover).toEqual({ kind: 'file', status: 'waiting' })
  expect((await fileOf(buyer, id)).status).toBe(404)
  expectStatus(await buyer.pay(id), 201)
  expect((await buyer.get(`/api/orders/${id}`)).body.handover).toEqual({ kind: 'file', status: 'sent' })
  const file = await fileOf(buyer, id)
  expect(file.status).toBe(200)
  expect(file.headers.get('content-type')).toBe('application/pdf')
  expect(file.headers.get('cache-control')).toContain('no-store')
  expect(Buffer.from(await file.arrayBuffer()).toString('latin1', 0, 5)).toBe('%PDF-')
  const strangers = [seller, await market.signedUp(), await market.asAdmin(), market.visitor()]
  const refused = await Promise.all(strangers.map(async (who) => (await fileOf(who, id)).status))
  expect(refused).toEqual([404, 404, 404, 401])
  expect((await fileOf(buyer, '0123456789abcdef01234567')).status).toBe(404)
  expect((await buyer.get(`/api/orders/${id}/code`)).headers.get('content-type')).toContain('image/svg+xml')
  expect((await buyer.get(`/api/orders/${id}/calendar`)).headers.get('content-type')).toContain('text/calendar')
  expectStatus(await buyer.post(`/api/orders/${id}/received`), 200)
}, 60_000)

// Promise 9: with the database's files alone nobody can open a ticket.
test('what is stored shows no code; an admin opens a file for a reason, which is kept', async () => {
  const code = newCode()
  const { seller, ticketId } = await listTicket(market)
  expectStatus(await send(seller, ticketId, await ticketsPdf([{ symbology: 'qr', text: code }])), 201)
  const base64 = Buffer.from(code).toString('base64').slice(0, 20)
  expect(await filesWith(market.dataDir, [code, base64])).toEqual([])
  expect(await filesWith(market.dataDir, [ticketId])).not.toEqual([])
  const admin = await market.asAdmin()
  expect((await admin.get(`/api/tickets/${ticketId}/file`)).status).toBe(400)
  expect((await seller.get(`/api/tickets/${ticketId}/file?reason=mine`)).status).toBe(403)
  expectStatus(await admin.get(`/api/tickets/${ticketId}/file?reason=A+claim`), 200)
  const evidence = expectStatus(await admin.get(`/api/tickets/${ticketId}/file/evidence`), 200).body
  expect(evidence.views).toMatchObject([{ reason: 'A claim' }])
  expectStatus(await seller.delete(`/api/tickets/${ticketId}`), 204)
  expect((await admin.get(`/api/tickets/${ticketId}/file?reason=A+claim`)).status).toBe(404)
}, 60_000)

// Promise 10: no barcode is on sale or sold twice.
test('the same ticket as PDF, photo and pass is refused, also by twenty at once', async () => {
  const code = newCode()
  const pdf = await ticketsPdf([{ symbology: 'qr', text: code }])
  const listed = await Promise.all(Array.from({ length: 20 }, () => listTicket(market)))
  const answers = await Promise.all(listed.map(({ seller, ticketId }) => send(seller, ticketId, pdf)))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)])
  const { seller, ticketId } = await listTicket(market)
  const photo = await send(seller, ticketId, await photoOf('qr', code), 'image/jpeg')
  const pass = await send(seller, ticketId, passOf('qr', code), 'application/vnd.apple.pkpass')
  for (const { status, body } of [photo, pass]) {
    expect(status).toBe(409)
    expect(body.code).toBe('ticket_already_listed')
  }
  const winner = listed[answers.findIndex(({ status }) => status === 201)]
  if (!winner) throw new Error('nobody won')
  expectStatus(await winner.seller.delete(`/api/tickets/${winner.ticketId}`), 204)
  const others = await send(seller, ticketId, pdf)
  expect(others.body.code).toBe('ticket_already_listed')
  const own = expectStatus(
    await winner.seller.post('/api/tickets', {
      title: 'Again',
      venue: 'V',
      city: 'C',
      startsAt: '2035-06-01T19:30:00Z',
      priceCents: 500,
    }),
    201,
  )
  expectStatus(await send(winner.seller, own.body.id, pdf), 201)
}, 60_000)

test('a file with two tickets becomes two listings', async () => {
  const codes = [newCode(), newCode()]
  const { seller, ticketId } = await listTicket(market)
  const pdf = await ticketsPdf(codes.map((text) => ({ symbology: 'aztec' as const, text })))
  const { ticketIds, barcodes } = expectStatus(await send(seller, ticketId, pdf), 201).body as never as {
    ticketIds: string[]
    barcodes: number
  }
  expect(barcodes).toBe(2)
  expect(ticketIds).toHaveLength(2)
  expect(ticketIds[0]).toBe(ticketId)
  expect((await seller.get(`/api/tickets/${ticketIds[1]}`)).body).toMatchObject({
    delivery: 'file',
    status: 'available',
  })
  // The same upload again, whose answer was lost.
  expect(expectStatus(await send(seller, ticketId, pdf), 201).body).toMatchObject({ ticketIds })
  await bought(ticketIds[1] ?? '')
}, 60_000)

test('what is no ticket is refused with a word for it', async () => {
  const { seller, ticketId } = await listTicket(market)
  const pdf = await ticketsPdf([])
  expect((await send(seller, ticketId, pdf)).body.code).toBe('no_barcode')
  expect((await send(seller, ticketId, new Uint8Array())).body.code).toBe('file_unreadable')
  expect((await send(seller, ticketId, Buffer.from('%PDF-1.7 and no more'))).body.code).toBe('file_unreadable')
  expect((await send(seller, ticketId, pdf, 'image/png')).body.code).toBe('file_unreadable')
  expect((await send(seller, ticketId, pdf, 'text/plain')).status).toBe(415)
  expect((await send(seller, ticketId, new Uint8Array(3 * 1024 * 1024 + 1))).status).toBe(413)
  expect((await send(seller, ticketId, new Uint8Array(3 * 1024 * 1024))).body.code).toBe('file_unreadable')
  expect((await send(await market.signedUp(), ticketId, pdf)).status).toBe(404)
  expect((await send(market.visitor(), ticketId, pdf)).status).toBe(401)
  expect((await send(seller, ticketId, pdf, 'application/pdf', '?withoutBarcode=true')).body).toMatchObject({
    barcodes: 0,
  })
  expect((await seller.get(`/api/tickets/${ticketId}`)).body).toMatchObject({ withoutBarcode: true, delivery: 'file' })
}, 60_000)

test('a ticket without its file cannot be bought', async () => {
  const { ticketId } = await listTicket(market, { delivery: 'file' })
  expect((await (await market.signedUp()).buy(ticketId)).body.code).toBe('ticket_file_missing')
}, 60_000)

test('a transfer is said to be sent by its seller, and confirmed by its buyer', async () => {
  const { seller, ticketId } = await listTicket(market)
  const { buyer, orderId } = await bought(ticketId)
  const before = (await buyer.get(`/api/orders/${orderId}`)).body.handover
  expect(before).toMatchObject({ kind: 'transfer', status: 'waiting' })
  const recipient = `/api/users/recipients/${orderId}`
  for (const who of [buyer, await market.asAdmin()]) expect((await who.get(recipient)).status).toBe(404)
  expect(expectStatus(await seller.get(recipient), 200).body.email).toBe(buyer.email)
  expect((await buyer.post(`/api/orders/${orderId}/sent`)).status).toBe(404)
  expect((await seller.post(`/api/orders/${orderId}/received`)).status).toBe(404)
  expectStatus(await seller.post(`/api/orders/${orderId}/sent`), 200)
  expect((await buyer.get(`/api/orders/${orderId}`)).body.handover).toMatchObject({ status: 'sent' })
  expectStatus(await buyer.post(`/api/orders/${orderId}/received`), 200)
  expect((await buyer.get(`/api/orders/${orderId}`)).body.handover).toMatchObject({ status: 'received' })
  expect((await seller.get(recipient)).status).toBe(404)
  expect((await seller.get('/api/orders/sales')).body.sales).toMatchObject([{ id: orderId }])
}, 60_000)

test('what is not passed on in time is refunded by itself', async () => {
  const startsAt = new Date(Date.now() + 2 * 3_600_000 + 6_000).toISOString()
  const { ticketId } = await listTicket(market, { startsAt })
  const { buyer, orderId } = await bought(ticketId)
  const { body } = await eventually(
    () => buyer.get(`/api/orders/${orderId}`),
    (seen) => seen.body.status === 'refunded',
    30_000,
  )
  expect(body.handover).toMatchObject({ kind: 'transfer', status: 'overdue' })
}, 60_000)

test('a claim stops the payout until an admin has decided', async () => {
  const { seller, ticketId } = await listTicket(market)
  const { buyer, orderId } = await bought(ticketId)
  expect((await seller.post(`/api/orders/${orderId}/claim`, { reason: 'mine' })).status).toBe(404)
  expectStatus(await buyer.post(`/api/orders/${orderId}/claim`, { reason: 'The gate said no' }), 200)
  expectStatus(await seller.post(`/api/orders/${orderId}/claim/answer`, { text: 'It worked for me' }), 200)
  const admin = await market.asAdmin()
  const claims = (await admin.get('/api/orders/claims?limit=100')).body.claims as { id: string }[]
  expect(claims.map(({ id }) => id)).toContain(orderId)
  expect((await buyer.post(`/api/orders/${orderId}/claim/decision`, { refund: true, reason: 'me' })).status).toBe(403)
  expectStatus(await admin.post(`/api/orders/${orderId}/claim/decision`, { refund: true, reason: 'Sold twice' }), 200)
  await eventually(
    () => buyer.get(`/api/orders/${orderId}`),
    (seen) => seen.body.status === 'refunded',
    30_000,
  )
}, 60_000)
