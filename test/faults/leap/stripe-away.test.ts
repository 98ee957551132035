import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openEvidence } from '../../chaos/evidence.ts'
import { checkInvariants } from '../../chaos/invariants.ts'
import { unforeseenErrors } from '../../chaos/whole/log-lines.ts'
import { eventually } from '../../eventually.ts'
import type { Shop } from '../shop.ts'
import type { World } from '../world.ts'
import { type LeapingWorld, startLeapingWorld } from './leaping-world.ts'
import { canLeap } from './machine-clock.ts'

// docs/runbook.md, "Stripe is away for a day": longer than Stripe keeps idempotency keys. The day passes by the clock of the whole machine.

const hour = 3_600
/** Longer than Stripe keeps a key. */
const dayHours = 25
const leapHours = 5
const wished = { reason: 'The show was called off' }

let leaping: LeapingWorld
let world: World

beforeAll(async () => {
  if (!canLeap) return
  leaping = await startLeapingWorld('a key of the tests of a day', { HOLD_SECONDS: '25', STRIPE_TIMEOUT_MS: '1500' })
  world = leaping.world
}, 180_000)
afterAll(() => leaping?.stop(), 30_000)

const askAsAdmin = (method: string, path: string, body?: object) => {
  const shop = leaping.openedNow()
  return shop.ask(shop.newUser('admin'), method, path, body)
}

/** Somebody with a ticket in their checkout. */
const ordering = async (shop: Shop) => {
  const buyer = shop.newUser()
  const orderId = String(await shop.order(String(await shop.list()), buyer))
  return { buyer, orderId }
}

type Bought = Awaited<ReturnType<typeof ordering>>

const pay = (shop: Shop, { buyer, orderId }: Bought, how: object = { paymentMethod: 'pm_card_visa' }) =>
  shop.ask(buyer, 'POST', '/api/payments', { orderId, ...how })

const paymentsOf = async ({ orderId }: Bought) => {
  const { body } = await askAsAdmin('GET', `/api/payments?orderId=${orderId}`)
  return (body.payments as { status: string }[]).map(({ status }) => status)
}

const orderStatusOf = async ({ orderId }: Bought) => {
  const { db, close } = await world.database('orders')
  const found = await db.collection<{ _id: string; status: string }>('orders').findOne({ _id: orderId })
  await close()
  return found?.status
}

/** A code that pays for one ticket. */
const newCoupon = async () => {
  const { body } = await askAsAdmin('POST', '/api/coupons', { maxRedemptions: 1 })
  const [coupon] = body.coupons as { code: string }[]
  return { couponCode: coupon?.code }
}

const isPaidByCoupon = async () => {
  const shop = leaping.openedNow()
  return (await pay(shop, await ordering(shop), await newCoupon())).status === 201
}

/** A purchase that is stopped at each place where Stripe may fall silent, and a refund. */
const stopAmid = async (shop: Shop) => {
  const double = await world.stripe()
  const [refunded, disputed] = [await ordering(shop), await ordering(shop)]
  const [authorised, captured, begun] = [await ordering(shop), await ordering(shop), await ordering(shop)]
  const sales = [await pay(shop, refunded), await pay(shop, disputed)]
  expect(sales.map(({ status }) => status)).toEqual([201, 201])
  // Whoever has the ticket gets no money back for its being late.
  expect((await shop.ask(disputed.buyer, 'POST', `/api/orders/${disputed.orderId}/received`)).status).toBe(200)
  // Nothing but a look at Stripe tells of this hold.
  await double.fault({ operation: 'webhook', kind: 'lost', times: 20, metadata: { orderId: authorised.orderId } })
  const metadata = { orderId: captured.orderId }
  const lateCapture = await double.fault({ operation: 'capture', kind: 'delay', times: 1, delayMs: 3_000, metadata })
  const capturing = pay(shop, captured)
  await eventually(() => double.isUsedUp(lateCapture), Boolean)
  // What is asked of Stripe is done, and no answer comes in time.
  world.proxies.stripe.set({ latencyMs: 30_000 })
  const refunding = askAsAdmin('POST', `/api/payments/${sales[0]?.body.id}/refund`, wished)
  const answers = await Promise.all([capturing, pay(shop, authorised), refunding])
  world.proxies.stripe.set({ isRefused: true })
  expect([...answers, await pay(shop, begun)].map(({ status }) => status)).toEqual([503, 503, 503, 503])
  return { refunded, disputed, authorised, captured, begun }
}

/** What a bank decides meanwhile, and no webhook tells. */
const openDispute = async ({ orderId }: Bought) => {
  const double = await world.stripe()
  const intent = (await double.state()).intents.find(({ metadata }) => metadata.orderId === orderId)
  await double.fault({ operation: 'webhook', kind: 'lost', times: 20, intent: intent?.id })
  await double.call('POST', `/payment_intents/${intent?.id}/dispute`, {})
}

/** As the runbook has it: webhooks that were given up are tried again, each. */
const retryWebhooks = async () => {
  const { body } = await askAsAdmin('GET', '/api/payments/webhooks?status=failed')
  for (const { id } of body.events as { id: string }[])
    expect((await askAsAdmin('POST', `/api/payments/webhooks/${id}/retry`)).status).toBeLessThan(300)
}

const isDisputed = async (bought: Bought) => {
  const { body } = await askAsAdmin('GET', '/api/payments/disputes?status=open')
  return (body.disputes as { orderId: string }[]).some(({ orderId }) => orderId === bought.orderId)
}

describe.skipIf(!canLeap)('Stripe is away for a day', () => {
  test('and nobody is charged twice, nor pays for nothing', async () => {
    const evidence = await openEvidence(world)
    const bought = await stopAmid(leaping.openedNow())
    await openDispute(bought.disputed)
    for (let passed = 0; passed < dayHours; passed += leapHours) {
      leaping.leap(leapHours * hour)
      await eventually(isPaidByCoupon, Boolean)
    }
    // Its buyer's money may be at Stripe.
    expect(await orderStatusOf(bought.captured)).toBe('settling')
    // Its order has ended, and what its card holds is known to Stripe alone.
    await eventually(
      () => paymentsOf(bought.authorised),
      ([status]) => status === 'cancelled',
      60_000,
    )
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
