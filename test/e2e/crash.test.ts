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
    const { ticketId } = await listTicket(market)
    const [buyer, other] = [await market.signedUp(), await market.signedUp()]
    const order = expectStatus(await buyer.buy(ticketId), 201).body
    await (await market.kill(pidOf)).untilBack()
    expect(expectStatus(await buyer.get(`/api/orders/${order.id}`), 200).body.status).toBe('created')
    expect(expectStatus(await other.buy(ticketId), 409).body.code).toBe('ticket_being_checked_out')
    expectStatus(await buyer.pay(order.id), 201)
    // Tickets learns of the sale by an event.
    await eventually(
      () => buyer.get(`/api/tickets/${ticketId}`),
      ({ body }) => body.status === 'sold',
      30_000,
    )
  }, 120_000)
