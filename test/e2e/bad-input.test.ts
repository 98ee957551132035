import { beforeAll, describe, expect, test } from 'bun:test'
import { listTicket, type Marketplace, sharedMarketplace } from '../marketplace.ts'
import type { Answer, Visitor } from '../visitor.ts'

let market: Marketplace
let person: Visitor
let admin: Visitor
let ticketId: string

beforeAll(async () => {
  market = await sharedMarketplace()
  person = await market.signedUp()
  admin = await market.asAdmin()
  ticketId = (await listTicket(market)).ticketId
}, 180_000)

const expectProblem = ({ status, headers, body }: Answer, wanted: number, code: string, field?: string) => {
  expect({ status, code: body.code }).toEqual({ status: wanted, code })
  expect(headers.get('content-type')).toStartWith('application/problem+json')
  expect(body).toMatchObject({ type: 'about:blank', status: wanted })
  expect(body.traceId).toMatch(/^[0-9a-f]{32}$/)
  expect(body.errors.length).toBeGreaterThan(0)
  for (const { message } of body.errors) expect(message).not.toBeEmpty()
  if (field) expect(body.errors.map((error) => error.field)).toContain(field)
  expect(JSON.stringify(body)).not.toMatch(/\bat .+\.ts|node_modules|Error:/)
}

const good = {
  '/api/users/signup': { email: 'somebody@fairpass.example', password: 'a long enough password' },
  '/api/users/signin': { email: 'somebody@fairpass.example', password: 'a long enough password' },
  '/api/tickets': { title: 'T', venue: 'V', city: 'C', startsAt: '2035-01-01T00:00:00Z', priceCents: 500 },
  '/api/orders': { ticketId: '0'.repeat(24) },
  '/api/payments': { orderId: '0'.repeat(24), paymentMethod: 'pm_card_visa' },
  '/api/coupons': {},
} as const

type Path = keyof typeof good
const paths = Object.keys(good) as Path[]
const callerOf = (path: Path) => (path === '/api/coupons' ? admin : person)

for (const path of paths)
  describe(`POST ${path}`, () => {
    test('malformed JSON', async () => {
      for (const body of ['{', '{"a":', 'undefined', "{'a': 1}", ''])
        expectProblem(await callerOf(path).call('POST', path, { body }), 400, 'malformed_json')
    })

    test('JSON that is no object', async () => {
      for (const body of ['null', '7', '"text"', '[]', '[{}]'])
        expectProblem(await callerOf(path).call('POST', path, { body }), 400, 'request_validation')
    })

    test('unknown fields', async () => {
      expectProblem(
        await callerOf(path).post(path, { ...good[path], isAdmin: true }),
        400,
        'request_validation',
        'isAdmin',
      )
    })

    test('wrong media types', async () => {
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/jsonp',
      ]) {
        const answer = await callerOf(path).call('POST', path, {
          body: JSON.stringify(good[path]),
          headers: { 'content-type': type },
        })
        expectProblem(answer, 415, 'unsupported_media_type')
      }
    })

    test('a body of 3 MB', async () => {
      expectProblem(
        await callerOf(path).post(path, { ...good[path], padding: 'x'.repeat(3_000_000) }),
        413,
        'body_too_large',
      )
    })

    test('a page of another origin', async () => {
      expectProblem(
        await callerOf(path).post(path, good[path], { origin: 'https://elsewhere.example' }),
        403,
        'forbidden',
      )
    })

    for (const field of Object.keys(good[path]))
      test(`wrong values of ${field}`, async () => {
        for (const value of [null, { $ne: null }, { $gt: '' }, [], true, -1, 1.5, '', 'x'.repeat(10_000), '\u0000']) {
          const answer = await callerOf(path).post(path, { ...good[path], [field]: value })
          // Whatever text was typed as a password, it is simply the wrong one.
          if (
            path === '/api/users/signin' &&
            field === 'password' &&
            typeof value === 'string' &&
            answer.status === 401
          )
            continue
          expect({ value, status: answer.status }).toEqual({ value, status: 400 })
          expect(answer.body.errors[0]?.field?.split('.')[0]).toBe(field)
        }
      })
  })

test('ids of the wrong form, unknown ids, paths and methods', async () => {
  const ids = ['1', 'x'.repeat(24), '[object Object]', '$ne', '0'.repeat(24), `${ticketId}0`, '%00', '..;']
  for (const id of ids)
    for (const path of ['/api/tickets', '/api/orders'])
      expectProblem(await person.get(`${path}/${encodeURIComponent(id)}`), 404, 'not_found')
  for (const path of [
    '/api',
    '/api/',
    '/api/nothing',
    '/api/tickets/mine/nothing',
    '/api/payments/nothing',
    '/api/users/nothing/at/all',
  ])
    expectProblem(await person.get(path), 404, 'not_found')
  for (const [method, path] of [
    ['PATCH', '/api/tickets'],
    ['DELETE', '/api/orders'],
    ['PUT', '/api/users/signin'],
    ['DELETE', '/api/payments'],
  ] as const)
    expectProblem(await person.call(method, path), 404, 'not_found')
})

test('wrong queries', async () => {
  for (const query of [
    'sort=dearest',
    'limit=0',
    'limit=101',
    'limit=x',
    'minPrice=-1',
    'minPrice=1e3',
    'from=tomorrow',
    'to=2035-13-45',
    'cursor=nonsense',
    'cursor[$gt]=1&limit=abc',
    'q=a&q=b',
  ]) {
    const answer = await person.get(`/api/tickets?${query}`)
    expect({ query, status: answer.status, code: answer.body.code }).toEqual({
      query,
      status: 400,
      code: 'request_validation',
    })
  }
  expect((await person.get('/api/tickets?q=%5B%28%2A&city=%24where')).status).toBe(200)
})

test('who is not signed in is told so', async () => {
  const stranger = market.visitor()
  for (const [method, path] of [
    ['GET', '/api/orders'],
    ['GET', '/api/tickets/mine'],
    ['GET', '/api/payments/earnings'],
    ['GET', '/api/coupons'],
    ['GET', '/api/users/sessions'],
  ] as const)
    expectProblem(await stranger.call(method, path), 401, 'not_authenticated')
  for (const token of ['', 'x', 'a.b.c', `${'x'.repeat(5_000)}`])
    expectProblem(
      await stranger.get('/api/orders', { headers: { authorization: `Bearer ${token}` } }),
      401,
      'not_authenticated',
    )
  expect((await stranger.get('/api/users/currentuser')).body.currentUser).toBeNull()
})

test('a webhook without a good signature is refused', async () => {
  const event = { id: 'evt_1', type: 'payment_intent.succeeded' }
  for (const headers of [{}, { 'stripe-signature': 't=1,v1=00' }] as Record<string, string>[])
    expectProblem(
      await market.visitor().post('/api/payments/webhooks/stripe', event, headers),
      400,
      'request_validation',
    )
})
