import { beforeAll, expect, test } from 'bun:test'
import { currencies } from '@fairpass/sdk/values'
import { eventually, type Marketplace, sharedMarketplace } from '../marketplace.ts'
import { expectStatus, type Visitor } from '../visitor.ts'

// What real people type and send, at the whole marketplace.

let market: Marketplace
let seller: Visitor
const password = 'a long enough password'
const listing = { title: 'Opera', venue: 'Hall', city: 'Graz', startsAt: '2035-06-01T19:30:00Z', priceCents: 5_000 }
const list = (more: object) => seller.post('/api/tickets', { ...listing, ...more })

beforeAll(async () => {
  market = await sharedMarketplace()
  seller = await market.signedUp()
}, 180_000)

test.each([
  ['the least of huf', { currency: 'huf', priceCents: 17_500 }, 201],
  ['less than the least of huf', { currency: 'huf', priceCents: 17_499 }, 400],
  ['fifty in huf', { currency: 'huf', priceCents: 50 }, 400],
  ['a part of a crown of Iceland', { currency: 'isk', priceCents: 150 }, 400],
  ['marks', { currency: 'dem' }, 400],
  ['no currency', { currency: 'xxx' }, 400],
  ['what Stripe does not take', { currency: 'kpw' }, 400],
  ['a title that nobody sees', { title: '\u200b' }, 400],
  ['a venue that turns the page round', { venue: '\u202eHall' }, 400],
  ['a show in the year 10000', { startsAt: '9999-12-31T23:59:59-12:00' }, 400],
  ['a show in eighty years', { startsAt: '2106-06-01T19:30:00Z' }, 400],
  ['an offset without minutes', { startsAt: '2035-06-01T19:30:00+02' }, 201],
  ['a zone by its former name', { timeZone: 'Asia/Calcutta' }, 201],
  ['forty line breaks, counted once', { description: `${'x'.repeat(123)}\r\n`.repeat(40) + 'x'.repeat(40) }, 201],
])('a listing with %s', async (_what, more, status) => {
  expect((await list(more)).status).toBe(status)
})

test('every currency of Stripe can be listed for its least, and for no less', async () => {
  const seen = await Promise.all(
    [...currencies.values()].map(async ({ code, min, increment }) => [
      code,
      (await list({ currency: code, priceCents: min })).status,
      (await list({ currency: code, priceCents: min - increment })).status,
    ]),
  )
  expect(seen).toEqual([...currencies.keys()].map((code) => [code, 201, 400]))
}, 120_000)

test('an account is one in whatever form its address is typed', async () => {
  const name = `o'brien-${Date.now()}`
  const signUp = (email: string) => market.visitor().post('/api/users/signup', { email, password })
  expectStatus(await signUp(`${name}@bücher.example`), 201)
  expectStatus(await signUp(` ${name.toUpperCase()}@xn--bcher-kva.example`), 409)
  const signedIn = await market.visitor().post('/api/users/signin', { email: `${name}@BÜCHER.example`, password })
  expectStatus(signedIn, 200)
})

test('newest first, with an Idempotency-Key or without', async () => {
  const person = await market.signedUp()
  const ids: string[] = []
  for (let nth = 0; nth < 6; nth++) {
    const headers: Record<string, string> = nth % 2 === 0 ? { 'idempotency-key': `newest-${Date.now()}-${nth}` } : {}
    ids.push(expectStatus(await person.post('/api/tickets', listing, headers), 201).body.id)
  }
  const mine = (await person.get('/api/tickets/mine')).body.tickets as { id: string }[]
  expect(mine.map(({ id }) => id)).toEqual(ids.toReversed())
})

test('a refused BUY is pressed again under the same key once the ticket is free', async () => {
  const { id } = (await list({})).body
  const [first, second] = [await market.signedUp(), await market.signedUp()]
  const order = expectStatus(await first.buy(id), 201).body
  const press = () => second.post('/api/orders', { ticketId: id }, { 'idempotency-key': `buy-${id}-second` })
  expectStatus(await press(), 409)
  expectStatus(await first.delete(`/api/orders/${order.id}`), 204)
  const { body } = await eventually(press, ({ status }) => status === 201)
  expect(body.status).toBe('created')
})

test('a buyer who erases the account lets go at once, and a seller who is owed money is told', async () => {
  const { id } = (await list({})).body
  const [buyer, other] = [await market.signedUp(), await market.signedUp()]
  expectStatus(await buyer.buy(id), 201)
  expectStatus(await buyer.call('DELETE', '/api/users/me', { body: { password } }), 204)
  const order = await eventually(
    () => other.buy(id),
    ({ status }) => status === 201,
    4_000,
  )
  expectStatus(await other.pay(order.body.id), 201)
  const refused = await seller.call('DELETE', '/api/users/me', { body: { password } })
  expect([refused.status, refused.body.code]).toEqual([409, 'earnings_outstanding'])
}, 60_000)

test.each(['/', '/tickets/x', '/signin', '/api/tickets', '/api/docs'])('%s takes any header', async (path) => {
  for (const value of ['zh-cmn-Hans-CN,zh;q=0.9', 'i-klingon', '\u00e4\u00ff', '"', `${'a-'.repeat(400)}b`])
    for (const name of ['accept-language', 'cookie', 'user-agent', 'traceparent', 'x-forwarded-for', 'if-none-match'])
      expect((await fetch(`${market.origin}${path}`, { headers: { [name]: value } })).status).toBeLessThan(500)
})
