import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eventually, listTicket, type Marketplace, type ServiceName, sharedMarketplace } from '../marketplace.ts'
import { expectStatus } from '../visitor.ts'

let market: Marketplace

beforeAll(async () => {
  market = await sharedMarketplace()
}, 180_000)

const stopped = new Set<number>()
afterAll(() => {
  for (const pid of stopped) process.kill(pid, 'SIGCONT')
})

const probes: Record<Exclude<ServiceName, 'expiration'>, (ticketId: string) => [string, string, unknown?]> = {
  auth: () => ['GET', '/api/users/sessions'],
  tickets: () => ['GET', '/api/tickets/mine'],
  orders: (ticketId) => ['POST', '/api/orders', { ticketId }],
  payments: () => ['GET', '/api/payments/earnings'],
}

// Promise 8: a banned account is refused by every service within a second.
test('a ban is felt by every service within a second, with a token that has not expired', async () => {
  const admin = await market.asAdmin()
  const person = await market.signedUp()
  const { ticketId } = await listTicket(market)
  for (const probe of Object.values(probes)) {
    const [method, path, body] = probe(ticketId)
    expect((await person.call(method, path, { body })).status).toBeLessThan(300)
  }
  expectStatus(await admin.post(`/api/users/${person.id}/ban`), 204)
  const bannedAt = Date.now()
  for (const probe of Object.values(probes)) {
    const [method, path, body] = probe(ticketId)
    await eventually(
      () => person.call(method, path, { body }),
      (answer) => answer.status === 403 && answer.body.code === 'account_banned',
      1_000 - (Date.now() - bannedAt),
    )
  }
  expect((await person.post('/api/users/refresh')).status).toBeGreaterThanOrEqual(401)
  expectStatus(await admin.post(`/api/users/${person.id}/unban`), 204)
  const again = market.visitor()
  expectStatus(await again.post('/api/users/signin', { email: person.email, password: 'a long enough password' }), 200)
  await eventually(
    () => again.get('/api/payments/earnings'),
    ({ status }) => status === 200,
  )
}, 30_000)

test('who signs out is signed out of every service within a second, copies of the token included', async () => {
  const { seller, ticketId } = await listTicket(market)
  const copy = market.visitor()
  const headers = { authorization: `Bearer ${seller.jar.get('access')}` }
  for (const probe of [probes.auth, probes.tickets, probes.payments]) {
    const [method, path, body] = probe(ticketId)
    expect((await copy.call(method, path, { body, headers })).status).toBe(200)
  }
  expectStatus(await seller.post('/api/users/signout'), 204)
  const endedAt = Date.now()
  for (const probe of Object.values(probes)) {
    const [method, path, body] = probe(ticketId)
    await eventually(
      () => copy.call(method, path, { body, headers }),
      ({ status }) => status === 401,
      1_000 - (Date.now() - endedAt),
    )
  }
}, 30_000)

test('an erased account is refused by every service, and sells nothing more', async () => {
  const { seller, ticketId } = await listTicket(market)
  const other = await listTicket(market)
  const order = expectStatus(await seller.buy(other.ticketId), 201).body
  const token = seller.jar.get('access')
  const password = 'a long enough password'
  expectStatus(await seller.call('DELETE', '/api/users/me', { body: { password } }), 204)
  const erasedAt = Date.now()
  const copy = market.visitor()
  for (const probe of Object.values(probes)) {
    const [method, path, body] = probe(ticketId)
    await eventually(
      () => copy.call(method, path, { body, headers: { authorization: `Bearer ${token}` } }),
      ({ status }) => status === 401 || status === 403,
      1_000 - (Date.now() - erasedAt),
    )
  }
  await eventually(
    () => copy.get(`/api/tickets/${ticketId}`),
    ({ body }) => body.status === 'withdrawn',
  )
  // What was bought stays in the books, under an id that stands for nobody.
  const { db, close } = await market.database('orders')
  try {
    expect(await db.collection<{ _id: string }>('orders').findOne({ _id: order.id })).toMatchObject({
      buyerId: seller.id,
    })
  } finally {
    await close()
  }
  const again = await market.visitor().post('/api/users/signin', { email: seller.email, password })
  expect(again.body.code).toBe('invalid_credentials')
}, 30_000)

/** Whatever emptied Redis before, services keep what they start with there. */
const untilKeysAreStored = async () => {
  const { redis } = await market.runFile()
  const client = new Bun.RedisClient(`redis://127.0.0.1:${redis.port}`)
  try {
    const keys = ['tickets', 'payments', 'orders'].map((service) => `${service}||jwks`)
    await eventually(
      async () => Promise.all(keys.map((key) => client.exists(key))),
      (all) => all.every(Boolean),
      30_000,
    )
  } finally {
    client.close()
  }
}

// Promise 8: with auth down, valid tokens still work.
test('with auth deaf, a signed-in buyer buys and pays; also after the other services were restarted', async () => {
  const { ticketId } = await listTicket(market)
  const buyer = await market.signedUp()
  await untilKeysAreStored()
  // Each service has verified a token before, as it will have in real life.
  for (const probe of [probes.tickets, probes.payments, probes.orders]) {
    const [method, path, body] = probe(ticketId)
    expect((await buyer.call(method, path, { body })).status).toBeLessThan(300)
  }
  const { services } = await market.runFile()
  const restarted: Awaited<ReturnType<typeof market.kill>>[] = []
  process.kill(services.auth.pid, 'SIGSTOP')
  stopped.add(services.auth.pid)
  try {
    restarted.push(await market.kill((run) => run.services.payments.pid))
    restarted.push(await market.kill((run) => run.services.tickets.pid))
    const order = (await buyer.buy(ticketId)).body
    const paid = await eventually(
      () => buyer.pay(order.id),
      ({ status }) => status < 500,
      7_000,
    )
    expect(paid.status).toBe(201)
  } finally {
    process.kill(services.auth.pid, 'SIGCONT')
    stopped.delete(services.auth.pid)
    for (const killed of restarted) await killed.untilBack()
  }
}, 90_000)

test('a refresh token works once, and using it again ends its family', async () => {
  const person = await market.signedUp()
  const first = person.jar.get('refresh') ?? ''
  expectStatus(await person.post('/api/users/refresh'), 200)
  const second = person.jar.get('refresh') ?? ''
  expect(second).not.toBe(first)
  const thief = market.visitor()
  thief.jar.set('refresh', first)
  expect((await thief.post('/api/users/refresh')).body.code).toBe('refresh_token_invalid')
  expect((await person.post('/api/users/refresh')).body.code).toBe('refresh_token_invalid')
})

test('a service called straight, without its sidecar, refuses', async () => {
  const { services } = await market.runFile()
  for (const { port } of Object.values(services)) {
    const answer = await fetch(`http://127.0.0.1:${port}/internal/bans`, {
      headers: { 'dapr-caller-app-id': 'orders' },
    })
    expect(answer.status).toBe(403)
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
  }
})

test('nobody reaches what only services may call', async () => {
  const person = await market.signedUp()
  const headers = { 'dapr-caller-app-id': 'payments', 'dapr-app-id': 'orders' }
  for (const path of [
    '/internal/bans',
    '/api/orders/../../internal/bans',
    '/api/users/%2e%2e/%2e%2e/internal/bans',
    '/api/..%2finternal%2fbans',
  ])
    expect((await person.get(path, { headers })).status).toBeOneOf([400, 404])
})
