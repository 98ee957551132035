import { beforeAll, expect, test } from 'bun:test'
import { createAuthenticator } from '@fairpass/auth/testing/authenticator'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Secret, TOTP } from 'otpauth'
import Stripe from 'stripe'
import { listTicket, type Marketplace, sharedMarketplace } from '../marketplace.ts'
import { type Contract, fetchDocument } from '../openapi-contract.ts'
import { expectStatus } from '../visitor.ts'

// The answers of all other end-to-end tests are held against the description as well, see test/visitor.ts.

let market: Marketplace
let described: Contract
let document: Contract['document']

beforeAll(async () => {
  market = await sharedMarketplace()
  described = market.contract
  document = described.document
}, 180_000)

const operations = () =>
  Object.entries(document.paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  )

test('the description is OpenAPI 3.1, of every service', async () => {
  expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true })
  const { openapi, servers } = await fetchDocument(market.origin)
  expect({ openapi, servers }).toEqual({ openapi: '3.1.0', servers: [{ url: market.origin }] })
  expect(document).not.toHaveProperty('x-missing')
})

/** The calls of the public contract. */
const contract = `
POST /api/users/signup, POST /api/users/signin, POST /api/users/signout, POST /api/users/refresh, GET /api/users/currentuser
PUT /api/users/password, GET /api/users/sessions, DELETE /api/users/sessions/{id}, DELETE /api/users/me
GET /api/users, POST /api/users/{id}/ban, POST /api/users/{id}/unban, GET /api/users/.well-known/jwks.json
POST /api/tickets, GET /api/tickets, GET /api/tickets/mine, GET /api/tickets/{id}, PUT /api/tickets/{id}, DELETE /api/tickets/{id}
POST /api/orders, GET /api/orders, GET /api/orders/{id}, DELETE /api/orders/{id}
POST /api/payments, POST /api/payments/webhooks/stripe, GET /api/payments/earnings
POST /api/coupons, GET /api/coupons, DELETE /api/coupons/{code}`

// The document is made of the routes themselves, so one that is not described is in it, but says nothing.
test('every route is described: what it does, what it answers, and that it may fail', () => {
  const names = operations().map(({ name }) => name)
  expect(
    contract
      .trim()
      .split(/[,\n]\s*/)
      .filter((name) => !names.includes(name)),
  ).toEqual([])
  for (const { name, operation } of operations()) {
    const statuses = Object.keys(operation.responses)
    const isSaid = operation.summary !== undefined && statuses.some((status) => status.startsWith('2'))
    expect({ name, isSaid }).toEqual({ name, isSaid: true })
    expect(statuses).toEqual(expect.arrayContaining(['500', '503']))
  }
})

type Node = { [key: string]: unknown }
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

/** Every schema that comes with examples. */
const exemplified = (value: unknown): Node[] => {
  if (!isNode(value)) return []
  const deeper = Object.values(value).flatMap(exemplified)
  return Array.isArray(value.examples) ? [value, ...deeper] : deeper
}

test('every example is what its schema says', () => {
  const schemas = exemplified(document)
  expect(schemas.length).toBeGreaterThan(20)
  for (const schema of schemas) {
    const check = described.ajv.compile({ ...schema, components: document.components })
    for (const example of schema.examples as unknown[])
      expect({ example, isRight: check(example) }).toEqual({ example, isRight: true })
  }
})

const accounts = async () => {
  const admin = await market.asAdmin()
  const person = await market.signedUp()
  const visitor = market.visitor()
  const password = 'a long enough password'
  await visitor.post('/api/users/signin', { email: person.email, password })
  await visitor.get('/api/users/currentuser')
  await visitor.get('/api/users/.well-known/jwks.json')
  await visitor.post('/api/users/refresh')
  const { body } = await person.get('/api/users/sessions')
  const other = (body.sessions as { id: string; isCurrent: boolean }[]).find(({ isCurrent }) => !isCurrent)
  await person.delete(`/api/users/sessions/${other?.id}`)
  await person.put('/api/users/password', { currentPassword: password, newPassword: 'another long password' })
  await person.post('/api/users/signout')
  const gone = await market.signedUp()
  await gone.call('DELETE', '/api/users/me', { body: { password } })
  await admin.post(`/api/users/${person.id}/ban`)
  await admin.post(`/api/users/${person.id}/unban`)
  await admin.get('/api/users?limit=2')
}

/** What accounts are signed in to and written to with. */
const accountSecurity = async () => {
  const ann = await market.signedUp()
  const password = 'a long enough password'
  const tokenIn = async (path: string) => {
    const link = new RegExp(`/${path}\\?token=(\\S+)`)
    const mails = await market.mailsTo(ann.email, (all) => all.some(({ text }) => link.test(text)))
    return mails.flatMap(({ text }) => link.exec(text)?.[1] ?? [])[0]
  }
  await ann.post('/api/users/email/confirm', { token: await tokenIn('confirm-email') })
  await ann.post('/api/users/email/confirmation', {})
  await ann.get('/api/users/settings')
  await ann.put('/api/users/settings', { language: 'en' })
  await ann.post('/api/users/reauthenticate', { password })

  const authenticator = createAuthenticator(market.origin)
  const optionsAt = async (path: string) => {
    const { body } = expectStatus(await ann.post(path), 200)
    return body.options as { challenge: string }
  }
  const response = authenticator.create(await optionsAt('/api/users/passkeys/options'))
  expectStatus(await ann.post('/api/users/passkeys', { name: 'phone', response }), 201)
  const passkey = authenticator.get(await optionsAt('/api/users/reauthenticate/options'))
  await ann.post('/api/users/reauthenticate', { passkey })
  const signed = authenticator.get(await optionsAt('/api/users/signin/passkey/options'))
  expectStatus(await market.visitor().post('/api/users/signin/passkey', { response: signed }), 200)
  await ann.delete(`/api/users/passkeys/${authenticator.id}`)

  const { body } = expectStatus(await ann.post('/api/users/totp'), 201)
  await ann.get('/api/users/totp')
  const app = new TOTP({ secret: Secret.fromBase32(`${body.secret}`) })
  await ann.post('/api/users/totp/confirm', { code: app.generate({ timestamp: Date.now() - 30_000 }) })
  const other = market.visitor()
  await other.post('/api/users/signin', { email: ann.email, password })
  expectStatus(await other.post('/api/users/signin/code', { code: app.generate() }), 200)
  await ann.post('/api/users/recovery-codes')
  await ann.delete('/api/users/totp')

  await ann.put('/api/users/email', { email: `new-${ann.email}`, password })
  await ann.post('/api/users/password-reset', { email: ann.email })
  await ann.post('/api/users/password-reset/confirm', {
    token: await tokenIn('reset-password'),
    newPassword: 'another long enough password',
  })
}

/** The link in the news of a sale ends such news. */
const unsubscribing = async () => {
  const { seller } = await bought()
  const mails = await market.mailsTo(seller.email, (all) => all.some(({ subject }) => subject.startsWith('Sold')))
  const [, token] = /\/unsubscribe\?token=(\S+)/.exec(mails.map(({ text }) => text).join('\n')) ?? []
  expectStatus(await market.visitor().post('/api/users/unsubscribe', { token }), 204)
}

const savedSearches = async () => {
  const ann = await market.signedUp()
  const { body } = expectStatus(await ann.post('/api/tickets/searches', { q: 'opera' }), 201)
  await ann.get('/api/tickets/searches')
  await ann.delete(`/api/tickets/searches/${body.id}`)
}

const ticketsAndLines = async () => {
  const { seller, ticketId } = await listTicket(market)
  const [buyer, waiting] = [await market.signedUp(), await market.signedUp()]
  for (const path of ['/api/tickets', '/api/tickets/mine', `/api/tickets/${ticketId}`]) await seller.get(path)
  await seller.put(`/api/tickets/${ticketId}`, { description: 'Row 7' })
  const { id } = (await buyer.buy(ticketId)).body
  await buyer.buy(ticketId)
  for (const path of ['/api/orders', `/api/orders/${id}`]) await buyer.get(path)
  for (const _ of [1, 2]) await waiting.post('/api/orders/waitlist', { ticketId })
  await waiting.get(`/api/orders/waitlist/${ticketId}`)
  await waiting.delete(`/api/orders/waitlist/${ticketId}`)
  await buyer.delete(`/api/orders/${id}`)
  const other = await listTicket(market)
  await other.seller.delete(`/api/tickets/${other.ticketId}`)
}

const bought = async () => {
  const { ticketId, seller } = await listTicket(market)
  const buyer = await market.signedUp()
  const order = expectStatus(await buyer.buy(ticketId), 201).body
  return { ticketId, seller, buyer, payment: expectStatus(await buyer.pay(order.id), 201).body }
}

/** An event of Stripe's that is about nothing here, signed as Stripe signs. */
const webhook = async () => {
  const secret = (await Bun.file(`${market.dataDir}/stripe-webhook-secret`).text()).trim()
  const id = `evt_${crypto.randomUUID()}`
  const payload = JSON.stringify({ id, type: 'charge.refunded', data: { object: { id: 'ch_1', object: 'charge' } } })
  const signature = await Stripe.webhooks.generateTestHeaderStringAsync({ payload, secret })
  const headers = { 'stripe-signature': signature }
  await market.visitor().call('POST', '/api/payments/webhooks/stripe', { body: payload, headers })
  return id
}

const payments = async () => {
  const admin = await market.asAdmin()
  const [one, other] = [await bought(), await bought()]
  expectStatus(await one.seller.post('/api/payments/account', {}), 201)
  for (const path of ['account', 'earnings', 'earnings/sales']) await one.seller.get(`/api/payments/${path}`)
  await admin.post(`/api/payments/payouts/${one.payment.id}/retry`)
  await one.buyer.get(`/api/payments/orders/${one.payment.orderId}`)
  await admin.post(`/api/payments/${one.payment.id}/refund`, { reason: 'called off' })
  await admin.post('/api/payments/refunds', { ticketId: other.ticketId, reason: 'void' })
  const { body } = await admin.post('/api/coupons', { quantity: 2 })
  const [coupon] = body.coupons as { code: string }[]
  await admin.delete(`/api/coupons/${coupon?.code}`)
  await admin.post(`/api/payments/webhooks/${await webhook()}/retry`)
  const lists = ['', '/accounts', '/entries', '/entries.csv', '/webhooks', '/payouts', '/disputes']
  for (const path of lists) await admin.get(`/api/payments${path}`)
  await admin.get('/api/coupons')
}

/** What takes a ticket's file and a sale is called in handover.test.ts; there, too, each answer is held against the description. */
const isHandingOver = (success: string) =>
  / \/api\/(tickets\/\{id\}\/file|users\/recipients|orders\/(sales|claims|\{id\}\/(file|code|calendar|sent|received|claim|resale)))/.test(
    success,
  )

test('every operation, called as it wants to be, gives each success that is described', async () => {
  await Promise.all([accounts(), accountSecurity(), unsubscribing(), savedSearches(), ticketsAndLines(), payments()])
  const successes = operations().flatMap(({ name, operation }) =>
    Object.keys(operation.responses)
      .filter((status) => status.startsWith('2'))
      .map((status) => `${name} ${status}`),
  )
  expect(successes.length).toBeGreaterThan(40)
  const left = successes.filter((success) => !described.seen.has(success) && !isHandingOver(success))
  expect(left).toEqual([])
}, 60_000)
