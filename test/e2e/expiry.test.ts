import { beforeAll, expect, test } from 'bun:test'
import { eventually, listTicket, type Marketplace, sharedMarketplace } from '../marketplace.ts'
import { expectStatus, type Visitor } from '../visitor.ts'

// Promise 3: every hold ends in time, never early, never while settling.

let market: Marketplace

beforeAll(async () => {
  market = await sharedMarketplace()
}, 180_000)

type Bought = { buyer: Visitor; orderId: string; ticketId: string; expiresAt: number }

const bought = async (): Promise<Bought> => {
  const { ticketId } = await listTicket(market)
  const buyer = await market.signedUp()
  const { body } = expectStatus(await buyer.buy(ticketId), 201)
  return { buyer, orderId: body.id, ticketId, expiresAt: Date.parse(`${body.expiresAt}`) }
}

/**
 * Polls the order through the list, which ends nothing by being read, until it is cancelled.
 * @returns how long after its time that was, in milliseconds
 */
const latenessOf = async ({ buyer, orderId, expiresAt }: Bought): Promise<number> => {
  const order = await eventually(
    async () => {
      const { body } = expectStatus(await buyer.get('/api/orders'), 200)
      return (body.orders as { id: string; status: string; cancelReason?: string }[]).find(({ id }) => id === orderId)
    },
    (seen) => seen?.status === 'cancelled',
    expiresAt - Date.now() + 5_000,
  )
  expect(order?.cancelReason).toBe('expired')
  return Date.now() - expiresAt
}

const expectInTime = (lateness: number) => {
  expect(lateness).toBeGreaterThanOrEqual(0)
  expect(lateness).toBeLessThan(2_000)
}

test('an order ends when its time is over, never early, within two seconds', async () => {
  const orders = await Promise.all(Array.from({ length: 5 }, bought))
  for (const lateness of await Promise.all(orders.map(latenessOf))) expectInTime(lateness)
  const [first] = orders
  if (!first) throw new Error('no order')
  await eventually(
    () => first.buyer.get(`/api/tickets/${first.ticketId}`),
    ({ body }) => body.status === 'available',
  )
  expectStatus(await (await market.signedUp()).buy(first.ticketId), 201)
}, 60_000)

const outages = {
  'the expiration service is down when the time is over': async () => {
    const { services } = await market.runFile()
    return services.expiration.pid
  },
  'the sidecar of expiration is down when the time is over': async () => {
    const { services } = await market.runFile()
    return services.expiration.daprPid
  },
  'the scheduler is down when the time is over': async () => {
    const { scheduler } = await market.runFile()
    return scheduler.pid
  },
}

for (const [outage, pidOf] of Object.entries(outages))
  test(`it ends in time although ${outage}`, async () => {
    const order = await bought()
    const pid = await pidOf()
    // A stopped process is alive but does not answer: `up` does not start another one, and no reminder fires.
    process.kill(pid, 'SIGSTOP')
    try {
      expectInTime(await latenessOf(order))
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    const next = await bought()
    expectInTime(await latenessOf(next))
  }, 60_000)

test('it ends in time although expiration was killed and came back before', async () => {
  const order = await bought()
  const expiration = await market.kill((run) => run.services.expiration.pid)
  expectInTime(await latenessOf(order))
  await expiration.untilBack()
}, 60_000)

test('it ends in time although Redis was emptied, and the ticket can be bought again', async () => {
  const order = await bought()
  const { redis } = await market.runFile()
  const client = new Bun.RedisClient(`redis://127.0.0.1:${redis.port}`)
  await client.send('FLUSHALL', [])
  client.close()
  const other = await market.signedUp()
  expect((await other.buy(order.ticketId)).body.code).toBe('ticket_being_checked_out')
  expectInTime(await latenessOf(order))
  const again = expectStatus(await other.buy(order.ticketId), 201).body
  expectStatus(await other.pay(again.id), 201)
  await eventually(
    () => other.get(`/api/tickets/${order.ticketId}`),
    ({ body }) => body.status === 'sold',
    30_000,
  )
}, 90_000)
