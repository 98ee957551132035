import { beforeAll, expect, test } from 'bun:test'
import { createRandom } from '../chaos/random.ts'
import { type Marketplace, startMarketplace } from '../marketplace.ts'
import type { Visitor } from '../visitor.ts'
import { createInputs, encoded } from './fuzz-inputs.ts'

// Guarantee: no public input gets a 5xx, whatever is sent to whichever route of the API or page.

const requests = Number(process.env.FUZZ_REQUESTS ?? 3_600)
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31))
const atOnce = 8
const timeoutMs = 30_000
const signInEvery = 100
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

const limits =
  'SIGNIN_ADDRESS SIGNIN_ACCOUNT SIGNIN_ACCOUNT_ANYWHERE SIGNUP_ADDRESS SIGNUP_ACCOUNT ORDER_ADDRESS ORDER_ACCOUNT COUPON_ADDRESS COUPON_ACCOUNT'.split(
    ' ',
  )

let market: Marketplace
let people: Visitor[]
let signInAgain: () => Promise<void>
let ids: string[]

beforeAll(async () => {
  // Of its own: what is sent here bans, erases and signs out. Limits would answer most of it before it is looked at.
  market = await startMarketplace({
    HOLD_SECONDS: '30',
    ...Object.fromEntries(limits.map((name) => [`LIMIT_${name}`, '100000/60'])),
  })
  const [seller, buyer] = [await market.signedUp(), await market.signedUp()]
  const listed = async (more: object = {}) => {
    const fields = { title: 'Opera', venue: 'Hall', city: 'Graz', startsAt: '2035-06-01T19:30:00Z', priceCents: 5_000 }
    return (await seller.post('/api/tickets', { ...fields, ...more })).body.id
  }
  const tickets = [await listed(), await listed({ currency: 'eur', timeZone: 'Asia/Calcutta' }), await listed()]
  const order = await buyer.buy(tickets[0] ?? '')
  await buyer.pay(order.body.id)
  const open = await buyer.buy(tickets[1] ?? '')
  ids = [...tickets, order.body.id, open.body.id, seller.id, buyer.id]
  people = [market.visitor(), seller, buyer, await market.asAdmin()]
  const signIn = async (person: Visitor, email: string) => {
    person.jar.clear()
    await person.post('/api/users/signin', { email, password: 'a long enough password' })
  }
  // What is sent here ends sessions, too.
  signInAgain = async () => {
    await signIn(seller, seller.email)
    await signIn(buyer, buyer.email)
    people[3] = await market.asAdmin()
  }
}, 180_000)

type Schema = { properties?: Record<string, { examples?: unknown[] }>; allOf?: Schema[]; $ref?: string }
type Operation = {
  parameters?: { in: string; name: string }[]
  requestBody?: { content?: Record<string, { schema?: Schema }> }
}
type Route = { method: string; path: string; queries: string[]; fields: Record<string, unknown> }

/** Every route that the API describes, with the fields and queries that it takes. */
const apiRoutes = (): Route[] =>
  Object.entries(market.contract.document.paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, described]) => {
      const { parameters = [], requestBody } = described as unknown as Operation
      const schema = Object.values(requestBody?.content ?? {})[0]?.schema
      const fields = Object.entries(schema?.properties ?? {}).map(([name, { examples }]) => [name, examples?.[0]])
      return {
        method: method.toUpperCase(),
        path,
        queries: parameters.flatMap(({ in: place, name }) => (place === 'query' ? [name] : [])),
        fields: Object.fromEntries(fields),
      }
    }),
  )

const pageFields = [
  ...[
    'email',
    'password',
    'next',
    'intent',
    'idempotencyKey',
    'title',
    'venue',
    'city',
    'startsAt',
    'timeZone',
    'price',
  ],
  ...[
    'currency',
    'description',
    'paymentMethod',
    'couponCode',
    'id',
    'reason',
    'quantity',
    'maxRedemptions',
    'expiresAt',
  ],
  ...['language', 'country', 'sessionId', 'currentPassword', 'newPassword'],
]
const intents = ['sell', 'save', 'pay', 'redeem', 'wait', 'leave', 'password', 'session', 'withdraw', 'unban']

/** Every page, by the files that make them, and what else the web app answers. */
const pageRoutes = async (): Promise<string[]> => {
  const folder = new URL('../../web/src/routes', import.meta.url).pathname
  const files = await Array.fromAsync(new Bun.Glob('**/*.tsx').scan({ cwd: folder }))
  const pages = files.map((file) => `/${file.replace(/(^|\/)index\.tsx$|\.tsx$/, '').replace(/\[[^\]]+\]/g, '{id}')}`)
  return [
    ...pages,
    '/language',
    '/live',
    '/robots.txt',
    '/sitemap.xml',
    '/sitemaps/{id}.xml',
    '/cards/{id}.png',
    '/healthz',
    '/_server',
    '/dapr/config',
    '/internal/bans',
    '/favicon.svg',
    '/api/docs',
    '/api/openapi.json',
    '/api/{id}',
  ]
}

type Sent = { method: string; path: string; headers: Record<string, string>; body?: string }

const send = async (visitor: Visitor, { method, path, headers, body }: Sent): Promise<number> => {
  const cookie = [...visitor.jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const hasBody = method !== 'GET' && method !== 'HEAD' && body !== undefined
  const answer = await fetch(`${market.origin}${path}`, {
    method,
    redirect: 'manual',
    headers: { ...(cookie ? { cookie } : {}), ...headers },
    ...(hasBody ? { body } : {}),
    signal: AbortSignal.timeout(timeoutMs),
  })
  // A stream of events has no end.
  if (answer.headers.get('content-type')?.startsWith('text/event-stream')) await answer.body?.cancel()
  else await answer.arrayBuffer()
  return answer.status
}

test(`${requests} requests to all routes and pages: no 5xx (seed ${seed})`, async () => {
  console.log(`fuzz: ${requests} requests, FUZZ_SEED=${seed}`)
  const random = createRandom(seed)
  const { isTrue, oneOf, text, body, query, headers } = createInputs(random, ids)
  const [api, pages] = [apiRoutes(), await pageRoutes()]
  expect(api.length).toBeGreaterThan(40)
  expect(pages.length).toBeGreaterThan(25)

  const filled = (path: string) =>
    path.replace(/\{[^}]*\}/g, () => (isTrue(0.6) ? oneOf(ids) : encoded(text().slice(0, 500))))
  const toApi = (nth: number): Sent => {
    const route = api[nth % api.length] as Route
    const method = isTrue(0.85) ? route.method : oneOf(methods)
    return {
      method,
      path: filled(route.path) + query(route.queries),
      headers: { 'content-type': 'application/json', ...headers() },
      body: body(route.fields),
    }
  }
  const toPage = (nth: number): Sent => {
    const method = isTrue(0.5) ? 'GET' : isTrue(0.8) ? 'POST' : oneOf(methods)
    const fields = new URLSearchParams()
    for (const name of pageFields)
      if (isTrue(0.6)) fields.append(name, name === 'intent' && isTrue(0.8) ? oneOf(intents) : text().toWellFormed())
    const type = isTrue(0.9) ? 'application/x-www-form-urlencoded' : 'multipart/form-data; boundary=x'
    return {
      method,
      path: filled(pages[nth % pages.length] ?? '/') + query([]),
      headers: { 'content-type': type, ...(isTrue(0.8) ? { origin: market.origin } : {}), ...headers() },
      body: isTrue(0.95) ? `${fields}` : oneOf(['%', '=&=', 'a'.repeat(70_000), '\u0000']),
    }
  }

  const failed: unknown[] = []
  const statuses = new Map<number, number>()
  let nth = 0
  const work = async () => {
    while (nth < requests) {
      const own = nth++
      if (own % signInEvery === 0) await signInAgain()
      const sent = own % 3 === 2 ? toPage(Math.floor(own / 3)) : toApi(own)
      const visitor = oneOf(people)
      const status = await send(visitor, sent).catch((error: unknown) => String(error))
      if (typeof status === 'number') statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (typeof status !== 'number' || status >= 500)
        failed.push({
          own,
          status,
          method: sent.method,
          path: sent.path.slice(0, 300),
          headers: sent.headers,
          body: sent.body?.slice(0, 500),
        })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  console.log(`fuzz: answered ${JSON.stringify(Object.fromEntries([...statuses].sort()))}`)
  expect({ seed, failed: failed.slice(0, 10) }).toEqual({ seed, failed: [] })
  // Not everything was turned away at the door.
  for (const status of [200, 400, 404]) expect(statuses.get(status) ?? 0).toBeGreaterThan(requests / 50)
}, 600_000)
