import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { OrderToPay } from '@fairpass/sdk/dapr'
import { newId } from '@fairpass/sdk/mongo'
import fc from 'fast-check'
import { openPayment, type Payment } from '../domain/payment.ts'
import { createCrashInjector, Interruption } from '../testing/crash-injector.ts'
import { startWorld, type World } from '../testing/world.ts'

const crashInjector = createCrashInjector()
let world: World
beforeAll(async () => {
  world = await startWorld({ guard: crashInjector.guard, hearsWebhooks: false })
})
afterAll(() => world.stop())

const opening = ({ id: orderId, buyerId, sellerId, totalCents, currency, expiresAt }: OrderToPay) => ({
  id: newId(),
  orderId,
  attempt: 1,
  buyerId,
  sellerId,
  totalCents,
  currency,
  expiresAt: new Date(expiresAt),
})

const byCard = (order: OrderToPay, paymentMethod: string) =>
  world.payments.open(() => openPayment({ ...opening(order), paymentMethod }, new Date()))

const inBrowser = async (order: OrderToPay) => {
  const { id } = await world.payments.open(() => openPayment(opening(order), new Date()))
  const { intentId = '' } = await world.advance(id)
  const { client_secret: secret } = await world.client.paymentIntents.retrieve(intentId)
  const confirmation = { client_secret: secret, payment_method: 'pm_card_visa' }
  await world.double.call('POST', `/payment_intents/${intentId}/confirm`, confirmation)
  return { id, intentId }
}

const byCoupon = async (order: OrderToPay) => {
  const [coupon] = await world.coupons.make({ batchId: newId(), quantity: 1, maxRedemptions: 1 })
  const { id, orderId, ...rest } = opening(order)
  return world.payments.openWithCoupon({ id, orderId, code: coupon?.code ?? '' }, (attempt, couponId) =>
    openPayment({ ...rest, id, orderId, attempt, couponId }, new Date()),
  )
}

type Story = {
  begin: (order: OrderToPay) => Promise<{ id: string }>
  payment: Payment['status']
  order: OrderToPay['status']
  captured: number
  refunded: number
  entries: string[]
}

const stories: Record<string, Story> = {
  'a card that pays': {
    begin: (order) => byCard(order, 'pm_card_visa'),
    payment: 'completed',
    order: 'completed',
    captured: 4_200,
    refunded: 0,
    entries: ['captured'],
  },
  'a card that is declined': {
    begin: (order) => byCard(order, 'pm_card_chargeDeclined'),
    payment: 'failed',
    order: 'cancelled',
    captured: 0,
    refunded: 0,
    entries: [],
  },
  'a card that nobody knows': {
    begin: (order) => byCard(order, 'pm_unknown'),
    payment: 'cancelled',
    order: 'created',
    captured: 0,
    refunded: 0,
    entries: [],
  },
  'a capture that is refused for good': {
    begin: async (order) => {
      // The bank says no however often it is asked.
      await world.double.fault({
        operation: 'capture',
        kind: 'decline',
        times: 5,
        metadata: { orderId: order.id },
      })
      return byCard(order, 'pm_card_visa')
    },
    payment: 'failed',
    order: 'cancelled',
    captured: 0,
    refunded: 0,
    entries: ['authorised', 'released'],
  },
  'an order that has ended before it agreed': {
    begin: async (order) => {
      const payment = await byCard(order, 'pm_card_visa')
      world.market.expire(order.id)
      return payment
    },
    payment: 'cancelled',
    order: 'cancelled',
    captured: 0,
    refunded: 0,
    entries: ['authorised', 'released'],
  },
  'a card given in the browser': {
    begin: inBrowser,
    payment: 'completed',
    order: 'completed',
    captured: 4_200,
    refunded: 0,
    entries: ['authorised', 'released', 'captured'],
  },
  'a capture that lands after the order has ended': {
    begin: async (order) => {
      const { id, intentId } = await inBrowser(order)
      await world.double.call('POST', `/payment_intents/${intentId}/capture`, {})
      world.market.expire(order.id)
      return { id }
    },
    payment: 'refunded',
    order: 'cancelled',
    captured: 4_200,
    refunded: 4_200,
    entries: ['authorised', 'released', 'captured', 'refunded'],
  },
  'an admin who gives the money back': {
    begin: async (order) => {
      const { id } = await byCard(order, 'pm_card_visa')
      const refund = { reason: 'The show was called off', adminId: newId(), at: new Date() }
      await world.payments.moveTo(await world.advance(id), 'refunding', { refund })
      return { id }
    },
    payment: 'refunded',
    order: 'completed',
    captured: 4_200,
    refunded: 4_200,
    entries: ['captured', 'refunded'],
  },
  'a coupon': {
    begin: byCoupon,
    payment: 'completed',
    order: 'completed',
    captured: 0,
    refunded: 0,
    entries: ['captured'],
  },
  'a coupon for an order that has ended': {
    begin: async (order) => {
      const payment = await byCoupon(order)
      world.market.expire(order.id)
      return payment
    },
    payment: 'cancelled',
    order: 'cancelled',
    captured: 0,
    refunded: 0,
    entries: [],
  },
}

const endOf = async (order: OrderToPay, paymentId: string): Promise<Omit<Story, 'begin'>> => {
  const payment = await world.payments.find(paymentId)
  const intents = await world.intentsOf(order.id)
  const entries = await world.ledger.ofPayment(paymentId)
  // An intent whose opening was never answered has no card, and is left to itself.
  for (const { status } of intents) expect(['succeeded', 'canceled', 'requires_payment_method']).toContain(status)
  return {
    payment: payment?.status ?? 'started',
    order: world.market.status(order.id) ?? 'created',
    captured: intents.reduce((sum, intent) => sum + intent.captured, 0),
    refunded: intents.reduce((sum, intent) => sum + intent.refunded, 0),
    entries: entries.map(({ what }) => what),
  }
}

/** Drives until nothing interrupts any more, as the reconciler would. */
const driveOn = async (id: string) => {
  crashInjector.rest()
  await world.advance(id)
}

/** Advances a payment to its end, but for a stop; returns whether it was stopped. */
const isStoppedAt = async (crossing: number, id: string) => {
  crashInjector.crashAt(crossing)
  return world.advance(id).then(
    () => false,
    (error) => {
      if (!(error instanceof Interruption)) throw error
      return true
    },
  )
}

// Guarantee: stopped at any point between two steps, a payment is brought to the same end afterwards.
test.each(Object.entries(stories))(
  '%s ends the same wherever it is stopped',
  async (_name, { begin, ...end }) => {
    let stops = 0
    for (let crossing = 1; ; crossing++) {
      const order = world.market.open()
      crashInjector.rest()
      const { id } = await begin(order)
      const isStopped = await isStoppedAt(crossing, id)
      await driveOn(id)
      expect(await endOf(order, id)).toEqual(end)
      if (!isStopped) break
      stops += 1
    }
    expect(stops).toBeGreaterThan(4)
  },
  60_000,
)

// Guarantee: no card is charged twice, though Stripe has forgotten the key by which it would know the request.
test.each(Object.entries(stories))(
  '%s moves the same money when a day passes wherever it is stopped',
  async (_name, { begin, payment, captured, refunded }) => {
    for (let crossing = 1; ; crossing++) {
      const order = world.market.open()
      crashInjector.rest()
      const { id } = await begin(order)
      const isStopped = await isStoppedAt(crossing, id)
      crashInjector.rest()
      await world.dayLater()(id)
      expect(await endOf(order, id)).toMatchObject({ payment, captured, refunded })
      if (!isStopped) break
    }
  },
  60_000,
)

const operation = fc.constantFrom('create', 'confirm', 'capture', 'cancel', 'refund', 'retrieve')
const kind = fc.constantFrom('error_before', 'error_after', 'drop_before', 'drop_after')
const trouble = fc.record({ operation, kind, times: fc.integer({ min: 1, max: 3 }) })
const card = fc.constantFrom('pm_card_visa', 'pm_card_visa', 'pm_card_chargeDeclined', 'pm_card_authenticationRequired')

// Guarantee: captured money has a completed order or a refund, and one charge, whatever Stripe and the process do.
test('money and orders agree after any trouble', async () => {
  const history = fc.record({
    paymentMethod: card,
    troubles: fc.array(trouble, { maxLength: 4 }),
    stopAt: fc.integer({ min: 1, max: 40 }),
    isExpiring: fc.boolean(),
    isDayLater: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(history, async ({ paymentMethod, troubles, stopAt, isExpiring, isDayLater }) => {
      const order = world.market.open()
      for (const each of troubles) await world.double.fault({ ...each, metadata: { orderId: order.id } })
      crashInjector.rest()
      const { id } = await byCard(order, paymentMethod)
      crashInjector.crashAt(stopAt)
      await world.advance(id).catch(() => {})
      crashInjector.rest()
      if (isExpiring && world.market.status(order.id) === 'created') world.market.expire(order.id)
      const advance = isDayLater ? world.dayLater() : world.advance
      for (let tries = 0; tries < 15; tries++) await advance(id).catch(() => {})
      await world.releaseStrayHolds()
      const { payment, order: orderStatus, captured, refunded, entries } = await endOf(order, id)
      expect(['completed', 'failed', 'cancelled', 'refunded']).toContain(payment)
      expect(captured - refunded).toBe(orderStatus === 'completed' ? 4_200 : 0)
      expect(payment === 'completed').toBe(orderStatus === 'completed')
      const moved = entries.filter((what) => what !== 'authorised' && what !== 'released')
      expect(moved).toEqual(captured === 0 ? [] : refunded === 0 ? ['captured'] : ['captured', 'refunded'])
      // What a card held is held no more.
      expect(entries.includes('authorised')).toBe(entries.includes('released'))
    }),
    { numRuns: 60, endOnFailure: true },
  )
  expect(Object.values(await world.ledger.sums()).every((sum) => sum === 0)).toBe(true)
}, 180_000)

test('replicas that carry the same payment at once do it once', async () => {
  crashInjector.rest()
  const order = world.market.open()
  const { id } = await byCard(order, 'pm_card_visa')
  const replicas = [world.replica(), world.replica(), world.replica()]
  await Promise.allSettled(replicas.map((advance) => advance(id)))
  await driveOn(id)
  expect(await endOf(order, id)).toMatchObject({ payment: 'completed', order: 'completed', captured: 4_200 })
  expect(await world.intentsOf(order.id)).toHaveLength(1)
})
