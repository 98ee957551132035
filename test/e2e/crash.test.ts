import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eventually, listTicket, type Marketplace, type RunFile, startMarketplace } from '../marketplace.ts'
import { expectStatus } from '../visitor.ts'

// Promise 6: what was acknowledged survives kill -9 of any process, MongoDB and Redis included.

let market: Marketplace

beforeAll(async () => {
  market = await startMarketplace({ HOLD_SECONDS: '120' })
}, 180_000)

afterAll(() => market.stop(), 30_000)

const processes: Record<string, (run: RunFile) => number> = {
  auth: (run) => run.services.auth.pid,
  tickets: (run) => run.services.tickets.pid,
  orders: (run) => run.services.orders.pid,
  expiration: (run) => run.services.expiration.pid,
  payments: (run) => run.services.payments.pid,
  web: (run) => run.web.pid,
  'the sidecar of auth': (run) => run.services.auth.daprPid,
  'the sidecar of tickets': (run) => run.services.tickets.daprPid,
  'the sidecar of orders': (run) => run.services.orders.daprPid,
  'the sidecar of expiration': (run) => run.services.expiration.daprPid,
  'the sidecar of payments': (run) => run.services.payments.daprPid,
  MongoDB: (run) => run.mongod.pid,
  Redis: (run) => run.redis.pid,
  placement: (run) => run.placement.pid,
  scheduler: (run) => run.scheduler.pid,
}

for (const [name, pidOf] of Object.entries(processes))
  test(`a sale goes on after ${name} was killed in the middle of it`, async () => {
    // What was killed for the test before may still be on its way back.
    const { ticketId } = await eventually(
      () => listTicket(market),
      () => true,
      30_000,
    )
    const [buyer, other] = [await market.signedUp(), await market.signedUp()]
    const order = expectStatus(await buyer.buy(ticketId), 201).body
    const killed = await market.kill(pidOf)
    await eventually(
      async () => pidOf(await market.runFile()),
      (pid) => pid !== killed,
      20_000,
    )
    const seen = await eventually(
      () => buyer.get(`/api/orders/${order.id}`),
      ({ status }) => status === 200,
      20_000,
    )
    expect(seen.body.status).toBe('created')
    const refused = await eventually(
      () => other.buy(ticketId),
      ({ status }) => status < 500,
      20_000,
    )
    expect(refused.body.code).toBe('ticket_being_checked_out')
    const key = { 'idempotency-key': crypto.randomUUID() }
    const paid = await eventually(
      () => buyer.pay(order.id, 'pm_card_visa', key),
      ({ status }) => status < 500,
      20_000,
    )
    expect(paid.status).toBe(201)
    await eventually(
      () => buyer.get(`/api/tickets/${ticketId}`),
      ({ body }) => body.status === 'sold',
      30_000,
    )
  }, 120_000)
