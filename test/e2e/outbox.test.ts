import { afterAll, beforeAll, test } from 'bun:test'
import { event } from '@fairpass/sdk/events'
import { newId } from '@fairpass/sdk/mongo'
import { eventually, listTicket, type Marketplace, sharedMarketplace } from '../marketplace.ts'
import { expectStatus } from '../visitor.ts'

// Promise 4: a committed change has its events; they are published at least once, also after kill -9 between the two.

let market: Marketplace
let redis: Bun.RedisClient

beforeAll(async () => {
  market = await sharedMarketplace()
  redis = new Bun.RedisClient(`redis://127.0.0.1:${(await market.runFile()).redis.port}`)
  const { ticketId } = await listTicket(market)
  const buyer = await market.signedUp()
  const order = expectStatus(await buyer.buy(ticketId), 201).body
  expectStatus(await buyer.pay(order.id), 201)
}, 180_000)
afterAll(() => redis.close())

const documents = { auth: 'accounts', tickets: 'tickets', orders: 'orders', payments: 'payments' } as const

for (const name of ['auth', 'tickets', 'orders', 'payments'] as const)
  test(`what a killed process left in an outbox of ${name} goes out`, async () => {
    const { db, close } = await market.database(name)
    const told = event('user.unbanned', { id: newId(), version: 1, at: new Date().toISOString() })
    const one = db.collection<{ _id: string; outbox?: unknown }>(documents[name])
    try {
      const left = await one.findOneAndUpdate(
        { outbox: { $exists: false } },
        { $set: { outbox: [{ ...told, time: new Date(Date.now() - 2_000).toISOString() }] } },
      )
      await eventually(
        async () => JSON.stringify(await redis.send('XREVRANGE', ['user.unbanned', '+', '-', 'COUNT', '20'])),
        (said) => said.includes(told.id),
        // An outbox is looked through every fifteen seconds when no event of this process is late.
        20_000,
      )
      await eventually(
        () => one.findOne({ _id: left?._id ?? '' }),
        (seen) => seen !== null && !('outbox' in seen),
        10_000,
      )
    } finally {
      await close()
    }
  }, 60_000)
