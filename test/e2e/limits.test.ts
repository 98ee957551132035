import { beforeAll, expect, test } from 'bun:test'
import { listTicket, type Marketplace, sharedMarketplace } from '../marketplace.ts'
import { type Answer, expectStatus } from '../visitor.ts'

let market: Marketplace

beforeAll(async () => {
  market = await sharedMarketplace()
})

// A budget grows while it is being spent, so what passes on a slow machine is a little more than the rate's count.
const password = 'a long enough password'

const expectTooMany = ({ status, headers, body }: Answer) => {
  expect({ status, code: body.code }).toEqual({ status: 429, code: 'too_many_requests' })
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
}

test('guessing a password ends in 429, for that account alone', async () => {
  const [ann, bob] = await market.signedUpMany(2)
  if (!ann || !bob) throw new Error('nobody there')
  const signIn = (email: string, guess: string) =>
    market.visitor().post('/api/users/signin', { email, password: guess })
  const guesses = await Promise.all(Array.from({ length: 20 }, (_, guess) => signIn(ann.email, `a guess ${guess}`)))
  expect(guesses.filter(({ status }) => status === 401).length).toBeWithin(15, 17)
  for (const answer of guesses) if (answer.status !== 401) expectTooMany(answer)
  expectTooMany(await signIn(ann.email, password))
  expectStatus(await signIn(bob.email, password), 200)
  expectStatus(await ann.get('/api/users/currentuser'), 200)
})

test('nobody writes an address that counts', async () => {
  const { email } = await market.signedUp()
  const guess = (count: number) =>
    market
      .visitor()
      .post(
        '/api/users/signin',
        { email, password: `a guess ${count}` },
        { 'x-forwarded-for': `203.0.113.${count}`, 'x-real-ip': `203.0.113.${count}`, 'dapr-caller-app-id': 'web' },
      )
  const guesses = await Promise.all(Array.from({ length: 20 }, (_, count) => guess(count)))
  expect(guesses.filter(({ status }) => status === 401).length).toBeWithin(15, 17)
})

test('guessing coupon codes ends in 429; the order stays open and can be paid', async () => {
  const buyer = await market.signedUp()
  const ordered = async () => expectStatus(await buyer.buy((await listTicket(market)).ticketId), 201).body
  const guess = ({ id: orderId }: { id: string }, count: number) =>
    buyer.post('/api/payments', { orderId, couponCode: `ABCD-EFGH-JKMN-${1000 + count}` })
  const first = await ordered()
  const guesses = await Promise.all(Array.from({ length: 70 }, (_, count) => guess(first, count)))
  expect(guesses.filter(({ body }) => body.code === 'coupon_not_redeemable').length).toBeWithin(60, 64)
  for (const answer of guesses) if (answer.status !== 409) expectTooMany(answer)
  // The first order may have run out of time by now.
  const order = await ordered()
  expectTooMany(await guess(order, 70))
  expectStatus(await buyer.pay(order.id), 201)
})

test('pressing BUY without end ends in 429; the open order stays', async () => {
  const { ticketId } = await listTicket(market)
  const buyer = await market.signedUp()
  const presses = await Promise.all(Array.from({ length: 140 }, () => buyer.buy(ticketId)))
  expect(presses.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(presses.filter(({ status }) => status === 200).length).toBeWithin(119, 139)
  for (const answer of presses) if (answer.status >= 400) expectTooMany(answer)
})

// Guarantee: a limit never closes what it protects.
test('with Redis away people still sign in', async () => {
  const ann = await market.signedUp()
  const redis = await market.kill((run) => run.redis.pid)
  const answer = await market.visitor().post('/api/users/signin', { email: ann.email, password })
  expect(answer.status).toBe(200)
  await redis.untilBack()
  expectStatus(await ann.get('/api/orders'), 200)
})
