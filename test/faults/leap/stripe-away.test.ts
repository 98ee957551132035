import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { testFolder } from '@fairpass/servers/testing'
import { openEvidence } from '../../chaos/evidence.ts'
import { checkInvariants } from '../../chaos/invariants.ts'
import { unforeseenErrors } from '../../chaos/whole/log-lines.ts'
import { eventually } from '../../eventually.ts'
import { openShop, type Shop } from '../shop.ts'
import { startWorld, type World } from '../world.ts'
import { canLeap, createMachineClock } from './machine-clock.ts'

// docs/runbook.md, "Stripe is away for a day": longer than Stripe keeps idempotency keys. The day passes by the clock of the whole machine.

const jwtKey = 'a key of the tests of a day'
const holdSeconds = 25
const hour = 3_600
/** Longer than Stripe keeps a key. */
const dayHours = 25
const leapHours = 5
const paymentMethod = 'pm_card_visa'
const wished = { reason: 'The show was called off' }

let world: World
let clock: ReturnType<typeof createMachineClock>

beforeAll(async () => {
  if (!canLeap) return
  clock = createMachineClock(testFolder())
  const env = { JWT_KEY: jwtKey, HOLD_SECONDS: `${holdSeconds}`, STRIPE_TIMEOUT_MS: '1500' }
  world = await startWorld({ env, everywhere: clock.env })
  const { web, services, placement } = await world.runFile()
  const sidecars = [web, ...Object.values(services)].map(({ daprPid }) => daprPid)
  await clock.lead([...sidecars, placement.pid, world.servers.scheduler.pid()])
}, 180_000)
afterAll(async () => {
  clock?.close()
  await world?.stop()
}, 30_000)

const openedNow = () => openShop(world.origin, jwtKey, clock.now)

/** Somebody with a ticket in their checkout. */
const ordering = async (shop: Shop) => {
  const buyer = shop.newUser()
  const orderId = String(await shop.order(String(await shop.list()), buyer))
  return { buyer, orderId }
}

type Bought = Awaited<ReturnType<typeof ordering>>

const payingOf =
  (shop: Shop) =>
  (bought: Bought, how: object = { paymentMethod }) =>
    shop.ask(bought.buyer, 'POST', '/api/payments', { orderId: bought.orderId, ...how })

const paymentsOf = async ({ orderId }: Bought) => {
  const shop = openedNow()
  const { body } = await shop.ask(shop.newUser('admin'), 'GET', `/api/payments?orderId=${orderId}`)
  return (body.payments as { status: string }[]).map(({ status }) => status)
}

const orderStatusOf = async ({ orderId }: Bought) => {
  const { db, close } = await world.database('orders')
  const found = await db.collection<{ _id: string; status: string }>('orders').findOne({ _id: orderId })
  await close()
  return found?.status
}

/** A code that pays for one ticket. */
const couponOf = async (shop: Shop) => {
  const { body } = await shop.ask(shop.newUser('admin'), 'POST', '/api/coupons', { maxRedemptions: 1 })
  const [coupon] = body.coupons as { code: string }[]
  return { couponCode: coupon?.code }
}

const isPaidByCoupon = async () => {
  const shop = openedNow()
  return (await payingOf(shop)(await ordering(shop), await couponOf(shop))).status === 201
}

/** A purchase that is stopped at each place where Stripe may fall silent, and a refund. */
const stopAmid = async (shop: Shop) => {
  const double = await world.stripe()
  const pay = payingOf(shop)
  const [refunded, disputed] = [await ordering(shop), await ordering(shop)]
  const [authorised, captured, begun] = [await ordering(shop), await ordering(shop), await ordering(shop)]
  const sales = [await pay(refunded), await pay(disputed)]
  expect(sales.map(({ status }) => status)).toEqual([201, 201])
  // Whoever has the ticket gets no money back for its being late.
  expect((await shop.ask(disputed.buyer, 'POST', `/api/orders/${disputed.orderId}/received`)).status).toBe(200)
  const metadata = { orderId: captured.orderId }
  const lateCapture = await double.fault({ operation: 'capture', kind: 'delay', times: 1, delayMs: 3_000, metadata })
  const capturing = pay(captured)
  await eventually(() => double.isUsedUp(lateCapture), Boolean)
  // What is asked of Stripe is done, and no answer comes in time.
  world.proxies.stripe.set({ latencyMs: 30_000 })
  const refunding = shop.ask(shop.newUser('admin'), 'POST', `/api/payments/${sales[0]?.body.id}/refund`, wished)
  const answers = await Promise.all([capturing, pay(authorised), refunding])
  world.proxies.stripe.set({ isRefused: true })
  expect([...answers, await pay(begun)].map(({ status }) => status)).toEqual([503, 503, 503, 503])
  return { refunded, disputed, authorised, captured, begun }
}

/** What Stripe itself has of an order. */
const intentsOf = async ({ orderId }: Bought) => {
  const { intents } = await (await world.stripe()).state()
  return intents.filter(({ metadata }) => metadata.orderId === orderId)
}

/** What a bank decides meanwhile, and no webhook tells. */
const openDispute = async (bought: Bought) => {
  const double = await world.stripe()
  const [intent] = await intentsOf(bought)
  await double.fault({ operation: 'webhook', kind: 'lost', times: 20, intent: intent?.id })
  await double.call('POST', `/payment_intents/${intent?.id}/dispute`, {})
}

/** As the runbook has it: webhooks that were given up are tried again, each. */
const retryWebhooks = async () => {
  const shop = openedNow()
  const admin = shop.newUser('admin')
  const { body } = await shop.ask(admin, 'GET', '/api/payments/webhooks?status=failed')
  for (const { id } of body.events as { id: string }[])
    expect((await shop.ask(admin, 'POST', `/api/payments/webhooks/${id}/retry`)).status).toBeLessThan(300)
}

const isDisputed = async (bought: Bought) => {
  const shop = openedNow()
  const { body } = await shop.ask(shop.newUser('admin'), 'GET', '/api/payments/disputes?status=open')
  return (body.disputes as { orderId: string }[]).some(({ orderId }) => orderId === bought.orderId)
}

describe.skipIf(!canLeap)('Stripe is away for a day', () => {
  test('and nobody is charged twice, nor pays for nothing', async () => {
    const evidence = await openEvidence(world)
    const bought = await stopAmid(openedNow())
    await openDispute(bought.disputed)
    for (let passed = 0; passed < dayHours; passed += leapHours) {
      clock.leap(leapHours * hour)
      await eventually(isPaidByCoupon, Boolean)
    }
    // Its buyer's money may be at Stripe.
    expect(await orderStatusOf(bought.captured)).toBe('settling')
    world.proxies.stripe.set()

    const isSettled = async () => (await evidence.unsettled()).payments === 0
    await eventually(isSettled, Boolean, 60_000)
    await retryWebhooks()
    await eventually(() => isDisputed(bought.disputed), Boolean, 60_000)
    await eventually(
      () => evidence.unsettled(),
      ({ orders, webhooks }) => orders + webhooks === 0,
      60_000,
    )
    const ends = Object.entries(bought).map(async ([name, one]) => [name, await paymentsOf(one)])
    expect(Object.fromEntries(await Promise.all(ends))).toEqual({
      refunded: ['refunded'],
      disputed: ['completed'],
      authorised: ['cancelled'],
      captured: ['completed'],
      begun: ['cancelled'],
    })
    expect(await orderStatusOf(bought.captured)).toBe('completed')
    // What a card holds for an answer that was lost is found by looking, once a minute.
    const broken = async () =>
      Object.entries(checkInvariants(await evidence.collect())).filter(([, wrong]) => wrong.length > 0)
    await eventually(broken, (found) => found.length === 0, 90_000)
    await evidence.close()
  }, 240_000)

  test('none of it made a service fail in a way that nobody foresaw', async () => {
    expect(await unforeseenErrors(world.dataDir)).toEqual([])
  })
})
