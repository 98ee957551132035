import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { unforeseenErrors } from '../../chaos/whole/log-lines.ts'
import { eventually } from '../../eventually.ts'
import { type Answer, expectStatus, type Visitor } from '../../visitor.ts'
import { untilNothingIsMissing } from '../promises.ts'
import { keepBuying, type Shop } from '../shop.ts'
import type { World } from '../world.ts'
import { untilBooksAgree } from './books.ts'
import { type LeapingWorld, startLeapingWorld } from './leaping-world.ts'
import { canLeap } from './machine-clock.ts'

// The clock of the whole machine is set while people hold and pay: every program sees it at once, the database among them.

const holdSeconds = 25
const minute = 60
const password = 'a long enough password'

let leaping: LeapingWorld
let world: World

beforeAll(async () => {
  if (!canLeap) return
  leaping = await startLeapingWorld('a key of the tests of leaps', { HOLD_SECONDS: `${holdSeconds}` })
  world = leaping.world
}, 180_000)
afterAll(() => leaping?.stop(), 30_000)

/** As the pages do it: a token that is over is renewed, and nobody signs in again for it. */
const renewing = async (person: Visitor, call: () => Promise<Answer>): Promise<Answer> => {
  const answer = await call()
  if (answer.status !== 401) return answer
  expectStatus(await person.post('/api/users/refresh'), 200)
  return call()
}

const isRefused = ({ status }: Answer) => status === 401 || status === 403

/** Refused at once, and for as long as it is looked at. */
const expectNoEntry = async (person: Visitor) => {
  for (const path of ['/api/users/sessions', '/api/tickets/mine', '/api/orders', '/api/payments/earnings'])
    await eventually(() => person.get(path), isRefused, 1_000)
  expect(isRefused(await person.post('/api/users/refresh'))).toBe(true)
}

const expectBackIn = async (email: string) => {
  const again = world.visitor()
  expectStatus(await again.post('/api/users/signin', { email, password }), 200)
  await eventually(
    () => again.get('/api/payments/earnings'),
    ({ status }) => status === 200,
    2_000,
  )
}

/** A service that missed its first comparison of clocks after a leap has another five seconds later. */
const sellsWithinMs = 15_000

/** Soon after the leap a purchase goes through; else what it was told instead is in the error. */
const expectSale = async ({ buyOnce, answers }: Shop) => {
  const told = async () => ((await buyOnce()) ? 'sold' : answers.slice(-3))
  await eventually(told, (seen) => seen === 'sold', sellsWithinMs)
}

/** Somebody in the middle of a purchase. */
const inCheckout = async (shop: Shop) => {
  const buyer = await world.signedUp()
  const ticketId = String(await shop.list())
  const order = expectStatus(await buyer.buy(ticketId), 201).body
  return { buyer, ticketId, orderId: order.id }
}

type Checkout = Awaited<ReturnType<typeof inCheckout>>

/** The hold is over: its buyer is told so and not charged, and the ticket is for others. */
const expectFreed = async ({ buyer, ticketId, orderId }: Checkout) => {
  const refused = await renewing(buyer, () => buyer.pay(orderId))
  expect([refused.status, refused.body.code]).toEqual([409, 'order_not_payable'])
  expect((await renewing(buyer, () => buyer.get(`/api/orders/${orderId}`))).body.status).toBe('cancelled')
  const next = await world.signedUp()
  expectStatus(await next.buy(ticketId), 201)
}

const expectPayable = async ({ buyer, orderId }: Checkout) => {
  expect((await renewing(buyer, () => buyer.get(`/api/orders/${orderId}`))).body.status).toBe('created')
  expectStatus(await renewing(buyer, () => buyer.pay(orderId)), 201)
}

/** A hold of after the leap lasts as long as any. */
const expectEndInTime = async (shop: Shop) => {
  const buyer = shop.newUser()
  const orderId = await shop.order(String(await shop.list()), buyer)
  const begun = performance.now()
  const status = async () => (await shop.ask(buyer, 'GET', `/api/orders/${orderId}`)).body.status
  await eventually(status, (now) => now === 'cancelled', (holdSeconds + 10) * 1_000)
  expect(performance.now() - begun).toBeGreaterThan((holdSeconds - 1) * 1_000)
}

/** Banned before or after the leap: felt within a second, and an account that is let in again is in. */
const expectBans = async (banned: Visitor & { id: string; email: string }, next: typeof banned) => {
  await expectNoEntry(banned)
  const admin = await world.asAdmin()
  expectStatus(await admin.post(`/api/users/${next.id}/ban`), 204)
  await expectNoEntry(next)
  for (const { id, email } of [banned, next]) {
    expectStatus(await admin.post(`/api/users/${id}/unban`), 204)
    await expectBackIn(email)
  }
}

const expectOneMail = async () => {
  const { email } = await world.signedUp()
  expect(await world.mailsTo(email)).toHaveLength(1)
}

/** Whoever was in the middle of something is told what to do: to renew a token, or to come back in a moment. */
const expectClearAnswers = ({ answers }: Shop) => {
  const clear = [200, 201, 401, 409, 503]
  expect(answers.filter(({ status, ms }) => !clear.includes(status) || ms > 10_000)).toEqual([])
}

describe.skipIf(!canLeap)('the clock of the machine', () => {
  test.each([
    ['is set ahead by five minutes', 5 * minute],
    ['is set back by five minutes', -5 * minute],
    ['is set ahead by an hour', 60 * minute],
    ['is set back by an hour', -60 * minute],
  ])(
    '%s',
    async (_, seconds) => {
      const before = leaping.openedNow()
      const admin = await world.asAdmin()
      const [banned, next, reader] = [await world.signedUp(), await world.signedUp(), await world.signedUp()]
      const checkout = await inCheckout(before)
      expectStatus(await admin.post(`/api/users/${banned.id}/ban`), 204)
      const stop = keepBuying(before, 2)
      await eventually(async () => before.acknowledged.paid.size > 4, Boolean, 30_000)

      leaping.leap(seconds)
      const after = leaping.openedNow()
      await expectSale(after)
      await stop()
      // A page renews by itself what it needs.
      expectStatus(await reader.get('/orders'), 200)
      await (seconds > 0 ? expectFreed(checkout) : expectPayable(checkout))
      await Promise.all([expectBans(banned, next), expectOneMail(), expectEndInTime(after)])
      for (const shop of [before, after]) {
        expectClearAnswers(shop)
        await untilNothingIsMissing(world, shop)
      }
      await untilBooksAgree(world)
    },
    180_000,
  )

  test('none of it made a service fail in a way that nobody foresaw', async () => {
    expect(await unforeseenErrors(world.dataDir)).toEqual([])
  })
})
