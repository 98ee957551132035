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

// Guarantee: nobody makes a server stumble over the Host that they send.
test.each(['/', '/signin', '/api/tickets', '/api/docs', '/healthz', '/robots.txt'])(
  '%s refuses a Host that is none',
  async (path) => {
    for (const host of ['a b', 'localhost:1:2', '[::1'])
      expect((await fetch(`${market.origin}${path}`, { headers: { host } })).status).toBe(400)
  },
)

test.each(['/tickets/%', '/%ff', '/orders/%c3'])('%s is a page that is not found', async (path) => {
  const answer = await fetch(`${market.origin}${path}`, { redirect: 'manual' })
  expect(answer.status).toBe(404)
  expect(answer.headers.get('content-type')).toStartWith('text/html')
  expect(answer.headers.get('content-security-policy')).not.toBeNull()
})

const form = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${market.origin}${path}`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: market.origin, ...headers },
  })

test('a form’s media type is read in capitals, and a method that no page takes is told which would do', async () => {
  const capitals = { 'content-type': 'APPLICATION/X-WWW-FORM-URLENCODED; Charset=UTF-8' }
  expect((await form('/signin', { email: 'x', password: 'y' }, capitals)).status).toBe(400)
  const refused = await fetch(`${market.origin}/signin`, { method: 'DELETE' })
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST'])
})

// Guarantee: who writes for half an hour loses nothing when the session ends meanwhile.
test('a claim that is sent after the session has ended stands in the page, to be sent again', async () => {
  const reason = 'The <b>door</b> was\r\nclosed'
  const answer = await form(`/orders/${'0'.repeat(24)}`, { intent: 'claim', reason })
  expect(answer.status).toBe(401)
  const html = await answer.text()
  expect(html).toContain('The &#60;b&#62;door&#60;/b&#62; was')
  expect(html).toContain('name="intent" value="claim"')
  expect(html).toContain(`href="/signin?next=%2Forders%2F${'0'.repeat(24)}"`)
})

// Guarantee: in a bad network, where answers are lost and asked for again, one press counts once.
test('BUY may be repeated under its key more often than a minute has presses', async () => {
  const buyer = await market.signedUp()
  const { id } = (await list({})).body
  const press = () => buyer.post('/api/orders', { ticketId: id }, { 'idempotency-key': `repeated-${id}` })
  const { body } = expectStatus(await press(), 201)
  for (let turn = 0; turn < 20; turn++) {
    const repeats = await Promise.all(Array.from({ length: 8 }, press))
    expect(repeats.map(({ status, body: { id } }) => [status, id])).toEqual(Array(8).fill([201, body.id]))
  }
  expectStatus(await buyer.buy((await list({})).body.id), 201)
}, 60_000)

test('a ticket whose file is still to come is not offered', async () => {
  const { id } = (await list({ delivery: 'file' })).body
  const html = (await market.visitor().get(`/tickets/${id}`)).body.text
  expect(html).toContain('has not uploaded this ticket yet')
  expect(html).toContain('schema.org/OutOfStock')
  expect(html).not.toMatch(/>\s*Buy/)
})

test.each([
  ['Köln', 'koeln'],
  ['Koeln', 'köln'],
  ['Malmö', 'malmoe'],
  ['Aarhus', 'århus'],
])('what is in %s is found in %s', async (city, asked) => {
  const title = `twin${Date.now()}`
  const { id } = (await list({ title, city })).body
  const { tickets } = (await market.visitor().get(`/api/tickets?q=${title}&city=${encodeURIComponent(asked)}`)).body
  expect(tickets).toMatchObject([{ id }])
})
