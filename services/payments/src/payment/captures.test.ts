import { afterAll, beforeAll, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { authorisation } from '@fairpass/stripe-double/testing.ts'
import { startWorld, type World } from '../testing/world.ts'
import { createCaptureReconciler } from './reconcile.ts'

// Money that was taken at Stripe, for a sale that did not happen or a second time, goes back, though no webhook tells of it.

let world: World
beforeAll(async () => {
  world = await startWorld({ hearsWebhooks: false })
})
afterAll(() => world.stop())

const look = (now?: Date) => createCaptureReconciler(world)(now)
const afterDays = (days: number) => new Date(Date.now() + days * 86_400_000)
const change = (id: string, update: object) =>
  world.db.collection<{ _id: string }>('payments').updateOne({ _id: id }, { ...update, $inc: { version: 1 } })
const paymentOf = async (orderId: string) => (await world.paymentsOf(orderId))[0]

/** An intent of a payment, or of somebody else, that holds an amount and is captured by hand. */
const captureOf = async (orderId?: string, paymentId?: string) => {
  const metadata = orderId && paymentId ? { metadata: { orderId, paymentId } } : {}
  const { id } = await world.client.paymentIntents.create(authorisation(metadata))
  await world.client.paymentIntents.capture(id)
  return id
}

/** A payment that was given up here, and whose money somebody takes at Stripe. */
const takeByHand = async () => {
  const order = world.market.open()
  const { body } = await world.payFor(order, {})
  const [intent] = await world.intentsOf(order.id)
  world.market.expire(order.id)
  await change(body.id, { $set: { status: 'cancelled' } })
  const confirmation = { client_secret: body.clientSecret, payment_method: 'pm_card_visa' }
  await world.double.call('POST', `/payment_intents/${intent?.id}/confirm`, confirmation)
  await world.double.call('POST', `/payment_intents/${intent?.id}/capture`, {})
  return order.id
}

test('money that comes for a payment that was given up goes back, though no webhook tells', async () => {
  const orderId = await takeByHand()
  await look()
  await look()
  expect(await paymentOf(orderId)).toMatchObject({ status: 'refunded' })
  expect(await world.intentsOf(orderId)).toMatchObject([{ captured: 4_200, refunded: 4_200 }])
  expect(await world.ledger.sums()).toEqual({ eur: 0 })
})

test('money that was taken by hand is found after weeks without a look, and behind any number of purchases', async () => {
  await look()
  const orderId = await takeByHand()
  for (let purchases = 0; purchases < 101; purchases++) await captureOf()
  await look(afterDays(20))
  expect(await paymentOf(orderId)).toMatchObject({ status: 'refunded' })
})

test('what another intent of a declined payment took goes back', async () => {
  const order = world.market.open()
  await world.payFor(order, { paymentMethod: 'pm_card_visa_chargeDeclined' })
  const declined = await paymentOf(order.id)
  expect(declined).toMatchObject({ status: 'failed' })
  const second = await captureOf(order.id, `${declined?._id}`)
  await look()
  expect(await paymentOf(order.id)).toMatchObject({ status: 'refunded', intentId: second })
  const both = await world.intentsOf(order.id)
  expect(both.find(({ id }) => id === second)).toMatchObject({ captured: 4_200, refunded: 4_200 })
})

test('what another intent took of a buyer who has paid goes back, and the sale stands', async () => {
  const order = world.market.open()
  const { body } = await world.payFor(order, { paymentMethod: 'pm_card_visa' })
  const second = await captureOf(order.id, body.id)
  await look()
  await look()
  expect(await paymentOf(order.id)).toMatchObject({ status: 'completed' })
  const both = await world.intentsOf(order.id)
  expect(both.find(({ id }) => id === second)).toMatchObject({ captured: 4_200, refunded: 4_200 })
  expect(both.find(({ id }) => id !== second)).toMatchObject({ captured: 4_200, refunded: 0 })
})

/** Others' captures of two minutes later, beside those that Stripe has. */
const withLaterCaptures = (): Pick<World, 'stripe'> => ({
  stripe: {
    ...world.stripe,
    capturedBetween: async (...span) => {
      const page = await world.stripe.capturedBetween(...span)
      const later = { intentId: 'pi_theirs', paymentId: newId(), at: new Date(Date.now() + 120_000) }
      return { ...page, captures: [later, ...page.captures] }
    },
  },
})

// Guarantee: a look never passes what nobody has decided on.
test('a payment that is given up after its capture was looked at is found by a later look', async () => {
  const order = world.market.open()
  await world.payFor(order, { paymentMethod: 'pm_card_visa_chargeDeclined' })
  const id = `${(await paymentOf(order.id))?._id}`
  // The answer of the authorisation was lost, and its search finds nothing.
  await change(id, { $set: { status: 'started' }, $unset: { intentId: '' } })
  await captureOf(order.id, id)
  const lookAmidOthers = createCaptureReconciler({ ...world, ...withLaterCaptures() })
  await lookAmidOthers()
  await change(id, { $set: { status: 'cancelled' } })
  await lookAmidOthers()
  expect(await paymentOf(order.id)).toMatchObject({ status: 'refunded' })
})

const hourMs = 3_600_000

/** A Stripe where one was captured each half hour of a day, and which fails as often as is said once it was asked so often. */
const stripeOfADay = (begin: Date, { worksFor = Number.POSITIVE_INFINITY } = {}) => {
  const asked: [from: Date, until: Date | undefined][] = []
  return {
    asked,
    capturedBetween: async (from: Date, until?: Date) => {
      if (asked.push([from, until]) > worksFor) throw new Error('away')
      const all = Array.from({ length: 48 }, (_, nth) => new Date(begin.getTime() + (nth * hourMs) / 2))
      const found = all.filter((at) => at >= from && (!until || at < until)).toReversed()
      const captures = found.slice(0, 10).map((at) => ({ intentId: 'pi_theirs', paymentId: newId(), at }))
      return { captures, ...(found.length > 10 ? { next: 'more' } : {}) }
    },
  }
}

test('after a long outage the earliest captures are looked at first, and what was looked at stays so', async () => {
  await world.db.collection('reconciled').deleteMany({})
  const begin = new Date(Math.floor(Date.now() / hourMs) * hourMs - 24 * hourMs)
  const seenUntil = async () => (await world.db.collection('reconciled').findOne())?.seenUntil
  // The first call tells that it is more than a page; a week before the first capture is looked at by the hour, too.
  const failing = stripeOfADay(begin, { worksFor: 1 + 7 * 24 - 24 + 3 })
  const now = new Date(begin.getTime() + 24 * hourMs)
  expect(await createCaptureReconciler({ ...world, stripe: failing })(now).catch(String)).toContain('away')
  const until = await seenUntil()
  expect(until).toBeInstanceOf(Date)
  expect(until.getTime()).toBeLessThan(begin.getTime() + 4 * hourMs)
  const working = stripeOfADay(begin)
  await createCaptureReconciler({ ...world, stripe: working })(now)
  expect(working.asked.length).toBeLessThan(25)
  expect(await seenUntil()).toEqual(new Date(begin.getTime() + 23.5 * hourMs))
})
