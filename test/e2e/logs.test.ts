import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { eventually, listTicket, type Marketplace } from '../marketplace.ts'
import { collector, givenSecrets, haveLooked, observedMarketplace } from '../otlp/observed.ts'
import { expectStatus, secretsSeen } from '../visitor.ts'

let market: Marketplace
/** What is secret, by what it is called here. */
const secrets = new Map<string, string>()

beforeAll(async () => {
  market = await observedMarketplace()
  for (const [name, value] of Object.entries(givenSecrets)) secret(name, value)
}, 180_000)

afterAll(() => haveLooked('logs'), 30_000)

/** A new secret that the logs are searched for at the end. */
const secret = (name: string, value = `secret-${crypto.randomUUID()}`) => {
  secrets.set(name, value)
  return value
}

/** All that the services of one run have said, by file. */
const logsOf = (dataDir: string) =>
  readdirSync(`${dataDir}/logs`).map((name) => ({ name, text: readFileSync(`${dataDir}/logs/${name}`, 'utf8') }))

const found = (dataDir: string, looked: Iterable<[string, string]>) => {
  const logs = logsOf(dataDir)
  return [...looked].flatMap(([what, value]) =>
    logs.filter(({ text }) => text.includes(value)).map(({ name }) => `${what} in ${name}`),
  )
}

/** Hashes as the database keeps them. */
const noteHashes = async () => {
  const { db, close } = await market.database('auth')
  try {
    for (const { passwordHash } of await db.collection('accounts').find().toArray())
      secret('a password hash', passwordHash)
    for (const { tokenHash } of await db.collection('sessions').find().toArray()) secret('a token hash', tokenHash)
  } finally {
    await close()
  }
}

test('accounts live: sign-up, wrong and malformed sign-ins, renewal, reuse, a change of password, erasure', async () => {
  const ann = market.visitor()
  const email = 'ann@fairpass.example'
  const password = secret('a password')
  expectStatus(await ann.post('/api/users/signup', { email, password }, { 'idempotency-key': 'once' }), 201)
  expectStatus(await ann.post('/api/users/signup', { email, password }), 409)
  for (const wrong of [
    { email, password: secret('a wrong password') },
    { email: 'ann', password: secret('a password beside a bad email') },
    { email, password: { value: secret('a password in an object') } },
    { email, password, [secret('a password as the name of a field')]: true },
  ])
    expect((await ann.post('/api/users/signin', wrong)).status).toBeWithin(400, 402)
  const broken = `{"email":"${email}","password":"${secret('a password in malformed JSON')}`
  expectStatus(await ann.call('POST', '/api/users/signin', { body: broken }), 400)
  const stolen = ann.jar.get('refresh') ?? ''
  expectStatus(await ann.post('/api/users/refresh', undefined, { 'idempotency-key': 'renew' }), 200)
  const thief = market.visitor()
  thief.jar.set('refresh', stolen)
  expectStatus(await thief.post('/api/users/refresh'), 401)
  const again = market.visitor()
  expectStatus(await again.post('/api/users/signin', { email, password }), 200)
  const newPassword = secret('a new password')
  expectStatus(await again.put('/api/users/password', { currentPassword: password, newPassword }), 204)
  await noteHashes()
  for (const authorization of [
    `Bearer ${secret('a bearer token that is none')}`,
    `Basic ${secret('a basic credential')}`,
  ])
    expectStatus(await market.visitor().get('/api/orders', { headers: { authorization } }), 401)
  expectStatus(await again.call('DELETE', '/api/users/me', { body: { password: newPassword } }), 204)
})

test('forms are sent to pages, with and without their fields', async () => {
  const form = (fields: Record<string, string>) => ({
    body: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: market.origin },
  })
  const email = 'bob@fairpass.example'
  const password = secret('a password in a form')
  const bob = market.visitor()
  expect((await bob.call('POST', '/signup', form({ email, password }))).status).toBeLessThan(400)
  expect((await bob.get('/orders')).status).toBe(200)
  const wrong = form({ email, password: secret('a wrong password in a form') })
  expect((await market.visitor().call('POST', '/signin', wrong)).status).toBe(401)
})

test('tickets are sold, for money, for a coupon and not at all', async () => {
  const admin = await market.asAdmin()
  const { body } = expectStatus(await admin.post('/api/coupons', { quantity: 2 }), 201)
  const [coupon, other] = body.coupons as { code: string }[]
  secret('a coupon code', coupon?.code)
  expectStatus(await admin.delete(`/api/coupons/${secret('a coupon code in a path', other?.code)}`), 204)
  const open = async () => {
    const { ticketId } = await listTicket(market)
    const buyer = await market.signedUp()
    return { buyer, orderId: expectStatus(await buyer.buy(ticketId), 201).body.id }
  }
  const [paid, declined, redeemed, waiting] = [await open(), await open(), await open(), await open()]
  expectStatus(await paid.buyer.pay(paid.orderId), 201)
  expectStatus(await declined.buyer.pay(declined.orderId, 'pm_card_chargeDeclined'), 402)
  const withCoupon = { orderId: redeemed.orderId, couponCode: coupon?.code }
  expectStatus(await redeemed.buyer.post('/api/payments', withCoupon), 201)
  const form = expectStatus(await waiting.buyer.post('/api/payments', { orderId: waiting.orderId }), 201)
  secret('the client secret of a payment', `${form.body.clientSecret}`)
  expectStatus(await waiting.buyer.delete(`/api/orders/${waiting.orderId}`), 204)
})

test('services fail and recover in the middle of it', async () => {
  const { ticketId } = await listTicket(market)
  const buyer = await market.signedUp()
  await market.kill((run) => run.mongod.pid)
  const during = { email: 'eve@fairpass.example', password: secret('a password while MongoDB is away') }
  await market.visitor().post('/api/users/signin', during)
  await buyer.buy(ticketId)
  await market.kill((run) => run.services.auth.daprPid)
  await buyer.post('/api/users/refresh')
  await eventually(
    () => buyer.get('/api/users/currentuser'),
    ({ status }) => status === 200,
    30_000,
  )
}, 90_000)

// Guarantee: whoever reads the logs can neither sign in as anybody nor pay with anything.
test('no log holds a password, a token, a hash or a key of all that', async () => {
  secret('the secret of webhooks', (await Bun.file(`${market.dataDir}/stripe-webhook-secret`).text()).trim())
  const logs = logsOf(market.dataDir)
  const said = logs.map(({ name }) => name)
  for (const name of ['auth', 'tickets', 'orders', 'payments', 'web', 'auth-daprd', 'mongod', 'redis', 'stripe'])
    expect(said).toContain(`${name}.log`)
  expect(found(market.dataDir, [['a path', '/api/users/signin']])).toContain('a path in auth.log')
  expect(found(market.dataDir, [...secrets, ...secretsSeen])).toEqual([])
  for (const { name, text } of logs)
    expect({ name, hasHash: /\$argon2id?\$/.test(text) }).toEqual({ name, hasHash: false })
})

test('nor does any span, of an app or of a sidecar', async () => {
  const { body } = await market.visitor().get('/api/tickets/1')
  // Sidecars send every five seconds what they have; after this one nothing of before is still under way.
  await eventually(
    async () => collector.spans.filter(({ traceId, isSidecars }) => isSidecars && traceId === body.traceId),
    (spans) => spans.length > 1,
    30_000,
  )
  const inSpans = ([what, value]: [string, string]) =>
    collector.spans
      .filter(({ text }) => text.includes(value))
      .map(({ service, name }) => `${what} in ${service}: ${name}`)
  expect(inSpans(['a path', '/api/users/signin'])).not.toEqual([])
  expect([...secrets, ...secretsSeen].flatMap(inSpans)).toEqual([])
}, 60_000)
