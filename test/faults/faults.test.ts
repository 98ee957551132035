import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { testFolder } from '@fairpass/servers/testing'
import { unforeseenErrors } from '../chaos/whole/log-lines.ts'
import { eventually } from '../eventually.ts'
import { createClocks } from './clocks.ts'
import { disksHere } from './disk.ts'
import { canLimit, useUpHandles, useUpMemory } from './limits.ts'
import { countSales, untilNothingIsMissing } from './promises.ts'
import type { Trouble } from './proxy.ts'
import type { DiskName } from './servers.ts'
import { keepBuying, openShop, type Shop } from './shop.ts'
import { createWatch } from './watch.ts'
import { startWorld, type World } from './world.ts'

// Whatever fails between the parts: a clear answer in time, nothing acknowledged lost, and it goes on by itself.

const jwtKey = 'a key of the tests of faults'
const atOnce = 3
/** A fault, MongoDB's own recovery, that of the shop, and what comes by events; each wait has its own bound. */
const testMs = 240_000
const { canMount, canTurnReadOnly } = disksHere()

let world: World
let shop: Shop
let watch: ReturnType<typeof createWatch>
const clocks = createClocks(testFolder())

beforeAll(async () => {
  world = await startWorld({
    env: { JWT_KEY: jwtKey, HOLD_SECONDS: '30', PAYOUT_DELAY_SECONDS: '3600', ...clocks.env },
    members: 3,
    disks: canMount ? ['mongod', 'redis', 'scheduler'] : [],
  })
  shop = openShop(world.origin, jwtKey)
  watch = createWatch(shop, atOnce)
}, 180_000)
afterAll(() => world?.stop(), 30_000)

/**
 * After trouble: what was answered meanwhile was clear, it sells again soon after its database does its part, and nothing that
 * was acknowledged is missing.
 */
const expectRecovery = async (sellsWithinMs: number, answers?: Parameters<typeof watch.expectClearAnswers>[0]) => {
  watch.expectClearAnswers(answers)
  await world.untilMongoAgrees()
  await watch.untilItSells(sellsWithinMs)
  await untilNothingIsMissing(world, shop)
}

describe('between two parts', () => {
  const troubles: [string, keyof World['proxies'], Trouble, boolean][] = [
    ['answers of MongoDB come two seconds later', 'mongod', { latencyMs: 2_000 }, true],
    ['one message in a hundred to Redis breaks its connection', 'redis', { loss: 0.01 }, true],
    ['Redis is silent', 'redis', { isSilent: true }, false],
    ['Stripe is away', 'stripe', { isRefused: true }, false],
  ]
  test.each(troubles)(
    '%s',
    async (_, part, trouble, sellsMeanwhile) => {
      const before = await countSales(world)
      const isSold = async () => (await countSales(world)) > before
      // Whichever member is asked: the one way to the primary.
      const proxy = part === 'mongod' ? (await world.primary()).proxy : world.proxies[part]
      proxy.set(trouble)
      try {
        await watch.buyUntil(() => (sellsMeanwhile ? isSold() : watch.refusals() > 0), 110_000)
      } finally {
        proxy.set()
      }
      await expectRecovery(20_000)
    },
    testMs,
  )

  test(
    'a subscription whose Redis fell silent gets its events again',
    async () => {
      const buyer = shop.newUser()
      const orderId = await shop.order(String(await shop.list()), buyer)
      const paid = await shop.ask(buyer, 'POST', '/api/payments', { orderId, paymentMethod: 'pm_card_visa' })
      const reason = { reason: 'The show was called off' }
      expect(
        (await shop.ask(shop.newUser('admin'), 'POST', `/api/payments/${paid.body.id}/refund`, reason)).status,
      ).toBe(200)
      // Orders hears of it by its event alone.
      await eventually(
        () => shop.ask(buyer, 'GET', `/api/orders/${orderId}`),
        ({ body }) => body.status === 'refunded',
        45_000,
      )
    },
    testMs,
  )

  test(
    'connections to Redis that fell silent while nobody used them refuse no buyer',
    async () => {
      const listed = await Promise.all(Array.from({ length: 60 }, shop.list))
      const buy = (tickets: typeof listed) =>
        Promise.all(tickets.map((ticketId) => shop.order(String(ticketId), shop.newUser())))
      // As many at once leave as many connections behind.
      await buy(listed.slice(0, 45))
      world.proxies.redis.set({ isSilent: true })
      // Longer than a connection may be idle in components/statestore.yaml.
      await Bun.sleep(5_500)
      world.proxies.redis.set()
      expect(await buy(listed.slice(45))).not.toContain(undefined)
      await expectRecovery(20_000)
    },
    testMs,
  )

  test(
    'the primary of three members is cut off: another takes over',
    async () => {
      const cutOff = await world.primary()
      const before = watch.sales()
      cutOff.proxy.set({ isSilent: true })
      const agreed = world.untilMongoWrites()
      try {
        await watch.buyUntil(() => watch.sales() > before, 110_000)
        await agreed
      } finally {
        cutOff.proxy.set()
      }
      await expectRecovery(20_000)
    },
    testMs,
  )

  test(
    'Redis is killed',
    async () => {
      world.servers.redis.kill()
      await watch.untilItSells(20_000)
      watch.expectClearAnswers()
      await untilNothingIsMissing(world, shop)
    },
    testMs,
  )
})

describe('a full disk', () => {
  test.skipIf(!canMount).each<[DiskName, boolean]>([
    ['redis', true],
    ['mongod', false],
    ['scheduler', false],
  ])(
    'under %s',
    async (name, isNoticedAtOnce) => {
      const disk = world.disks[name]
      const before = watch.sales()
      disk?.fill()
      try {
        await watch.buyUntil(
          () => (isNoticedAtOnce ? watch.refusals() > 0 : watch.sales() > before + atOnce || watch.refusals() > 0),
          20_000,
        )
      } finally {
        disk?.empty()
      }
      await expectRecovery(30_000)
    },
    testMs,
  )
})

test.skipIf(!canTurnReadOnly)(
  'the disk of Redis turns read-only',
  async () => {
    const device = world.disks.redis?.device
    device?.turnReadOnly()
    try {
      await watch.buyUntil(() => watch.refusals() > 0, 20_000)
    } finally {
      await device?.repair()
    }
    await expectRecovery(30_000)
  },
  testMs,
)

test.skipIf(!canTurnReadOnly)(
  'the disk of the primary turns read-only: another takes over',
  async () => {
    const device = world.disks.mongod?.device
    const before = watch.sales()
    device?.turnReadOnly()
    try {
      await watch.buyUntil(() => watch.sales() > before + atOnce, 110_000)
    } finally {
      await device?.repair()
    }
    await expectRecovery(30_000)
  },
  testMs,
)

describe('a process gets no more', () => {
  const pidOf = {
    mongod: async () => (await world.primary()).server.pid(),
    redis: async () => world.servers.redis.pid(),
    orders: async () => (await world.runFile()).services.orders.pid,
    'orders-daprd': async () => (await world.runFile()).services.orders.daprPid,
    web: async () => (await world.runFile()).web.pid,
  }
  const handles = (['mongod', 'redis', 'orders', 'orders-daprd', 'web'] as const).map(
    (name) => ['file handles', name] as const,
  )
  const memory = (['mongod', 'redis', 'orders', 'orders-daprd'] as const).map((name) => ['memory', name] as const)

  test.skipIf(!canLimit).each([...handles, ...memory])(
    '%s: %s',
    async (what, name) => {
      const before = watch.sales()
      const useUp = what === 'memory' ? useUpMemory : useUpHandles
      const release = useUp(await pidOf[name]())
      if (name === 'mongod') (await world.primary()).proxy.reset()
      if (name === 'redis') world.proxies.redis.reset()
      try {
        await watch.buyUntil(() => watch.refusals() > 0 || watch.sales() > before + 2 * atOnce, 20_000)
      } finally {
        release()
      }
      await expectRecovery(30_000, { isStaleRead: name === 'mongod' })
    },
    testMs,
  )
})

describe('a clock that is wrong', () => {
  const wrong = [5 * 60_000, -5 * 60_000].flatMap((off) =>
    ['orders', 'payments', 'auth', 'tickets', 'expiration'].map((app) => [app, off] as const),
  )

  test('no service by five minutes ends a hold early, refuses a token, or refuses Stripe', async () => {
    for (const [app, off] of wrong) {
      const buyer = shop.newUser()
      const orderId = await shop.order(String(await shop.list()), buyer)
      // It jumps in the middle of the hold.
      clocks.set({ [app]: off })
      await Bun.sleep(100)
      const seen = await shop.ask(buyer, 'GET', `/api/orders/${orderId}`)
      expect([app, off, seen.status, seen.body.status]).toEqual([app, off, 200, 'created'])
      expect([app, off, await shop.pay(String(orderId), buyer)]).toEqual([app, off, true])
      clocks.set({})
    }
    watch.expectClearAnswers()
  }, 60_000)

  test('a hold ends in time all the same', async () => {
    clocks.set({ orders: -5 * 60_000, expiration: 5 * 60_000 })
    const buyer = shop.newUser()
    const orderId = await shop.order(String(await shop.list()), buyer)
    const begun = performance.now()
    await eventually(
      () => shop.ask(buyer, 'GET', `/api/orders/${orderId}`),
      ({ body }) => body.status === 'cancelled',
      40_000,
    )
    clocks.set({})
    expect(performance.now() - begun).toBeGreaterThan(29_000)
  }, 60_000)
})

// The last one: from here on another Redis serves.
test(
  'Redis dies, and its replica takes over',
  async () => {
    const stop = keepBuying(shop, atOnce)
    await world.failOverRedis()
    const before = watch.sales()
    await eventually(async () => watch.sales() > before + atOnce, Boolean, 30_000).finally(stop)
    watch.expectClearAnswers()
    await untilNothingIsMissing(world, shop)
  },
  testMs,
)

test('nothing of all that made a service fail in a way that nobody foresaw', async () => {
  expect(await unforeseenErrors(world.dataDir)).toEqual([])
})
