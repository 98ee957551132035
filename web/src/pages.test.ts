import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { buildUnlessFresh } from '../build.ts'
import { eventually, freePort } from './gateway/testing.ts'

// The built app behind a stub in the sidecar's place: each test says what the services answer.
type ApiResponse = (request: Request, path: string) => Response | undefined
type Call = {
  route: string
  headers: Headers
  body: string
}

const webFolder = join(import.meta.dir, '..')
const ticketId = '0123456789abcdef01234567'
const user = { id: 'u1', email: 'kay@example.test', role: 'user' }
const ticket = {
  id: ticketId,
  sellerId: 'u2',
  title: '</script><b>Jazz</b>',
  venue: 'Hall',
  city: 'Oslo',
  startsAt: '2027-03-01T19:00:00.000Z',
  priceCents: 1999,
  currency: 'usd',
  status: 'available',
}
const order = {
  id: ticketId,
  status: 'created',
  expiresAt: new Date(Date.now() + 600_000).toISOString(),
  totalCents: 1999,
  currency: 'usd',
  createdAt: '2027-01-01T00:00:00.000Z',
  handover: { kind: 'transfer', status: 'waiting' },
  ticket: ticket,
}
const coupon = { code: 'C1', maxRedemptions: 3, redemptions: 1, expiresAt: null, withdrawnAt: null }
const session = { id: 's1', device: 'Firefox/141.0 (Linux)', lastSeenAt: '2027-01-01T00:00:00.000Z', isCurrent: true }
const account = { id: 'u8', email: 'ann@example.test', role: 'user', status: 'active', createdAt: session.lastSeenAt }
const payment = {
  id: 'p1',
  orderId: ticketId,
  kind: 'card',
  status: 'completed',
  amountCents: 8900,
  currency: 'eur',
  failure: null,
  refund: null,
  createdAt: session.lastSeenAt,
}
const sale = {
  paymentId: 'p1',
  orderId: ticketId,
  ticketId: ticketId,
  totalCents: 8900,
  feeCents: 445,
  amountCents: 8455,
  currency: 'eur',
  status: 'pending',
  waitsFor: 'event',
  payableAt: '2027-03-02T19:00:00.000Z',
  paidAt: null,
}
const payout = {
  ...{
    id: 'p1',
    orderId: ticketId,
    sellerId: 'u2',
    amountCents: 8455,
    currency: 'eur',
    status: 'waiting',
    waitsFor: 'event',
  },
  ...{ payableAt: sale.payableAt, failure: null, updatedAt: session.lastSeenAt },
}
const dispute = {
  ...{
    id: 'du_1',
    orderId: ticketId,
    sellerId: 'u2',
    amountCents: 8900,
    currency: 'eur',
    reason: 'fraudulent',
    status: 'open',
  },
  ...{ respondBy: '2027-01-09T00:00:00.000Z', openedAt: session.lastSeenAt, closedAt: null },
}
const listing = { title: 'Jazz', venue: 'Hall', city: 'Oslo', startsAt: '2027-03-01T20:00', timeZone: 'Europe/Oslo' }
const sentence = 'The ticket is being checking out by someone else, please come back later'

let answers: Record<string, ApiResponse> = {}
let calls: Call[] = []
const stub = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    const { pathname } = new URL(request.url)
    if (pathname.endsWith('/healthz/outbound')) return new Response(null, { status: 204 })
    if (pathname.endsWith('/internal/openapi.json') && !('GET /internal/openapi.json' in answers))
      return Response.json({})
    const path = pathname.replace(/^\/v1\.0\/invoke\/\w+\/method/, '')
    const route = `${request.method} ${path}`
    calls.push({ route, headers: request.headers, body: await request.clone().text() })
    const down = () => Response.json({ errorCode: 'ERR_DIRECT_INVOKE', message: 'dial tcp 10.1.2.3' }, { status: 500 })
    return answers[route]?.(request, path) ?? down()
  },
})

const json =
  (body: unknown, status = 200, cookies: string[] = []) =>
  () => {
    const headers = new Headers({ 'content-type': status < 400 ? 'application/json' : 'application/problem+json' })
    for (const cookie of cookies) headers.append('set-cookie', cookie)
    return new Response(JSON.stringify(body), { status, headers })
  }
const refusal = (status: number, code: string, message: string, field?: string) =>
  json({ type: 'about:blank', title: 'x', status, code, errors: [{ message, field }], traceId: 'a' }, status)

const accessToken = (secondsLeft: number) =>
  `h.${Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + secondsLeft })).toString('base64url')}.s`
const signedIn = { cookie: `access=${accessToken(600)}; refresh=r1` }

let origin = ''
let child: Bun.Subprocess | undefined

beforeAll(async () => {
  await buildUnlessFresh()
  const port = await freePort()
  origin = `http://localhost:${port}`
  child = Bun.spawn([process.execPath, 'start.ts'], {
    cwd: webFolder,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      APP_PORT: `${port}`,
      DAPR_HTTP_PORT: `${stub.port}`,
      PUBLIC_ORIGIN: origin,
      LOG_LEVEL: 'error',
      PLATFORM_FEE_BASIS_POINTS: '500',
    },
    stdout: 'ignore',
    stderr: 'ignore',
  })
  await eventually(async () => (await fetch(`${origin}/readyz`)).ok)
}, 120_000)

afterAll(async () => {
  child?.kill('SIGTERM')
  await child?.exited
  await stub.stop(true)
})

beforeEach(async () => {
  // A write through the app ends what it keeps of the listing.
  await fetch(`${origin}/api/tickets`, { method: 'POST' })
  calls = []
  answers = {
    'GET /api/users/currentuser': json({ currentUser: user }),
    'GET /api/tickets': json({ tickets: [ticket], nextCursor: 'more' }),
    [`GET /api/tickets/${ticketId}`]: json(ticket),
    [`GET /api/orders/${ticketId}`]: json(order),
    'GET /api/orders': json({ orders: [order], nextCursor: null }),
    'GET /api/tickets/mine': json({ tickets: [ticket], nextCursor: null }),
    'GET /api/coupons': json({ coupons: [coupon], nextCursor: null }),
    'GET /api/users/sessions': json({ sessions: [session, { ...session, id: 's2', isCurrent: false }] }),
    'GET /api/payments/earnings': json({ eur: { pendingCents: 1250, availableCents: 0, paidOutCents: 4800 } }),
    'GET /api/payments/earnings/sales': json({ sales: [sale], nextCursor: null }),
    'GET /api/payments/payouts': json({ payouts: [payout], nextCursor: 'more' }),
    'GET /api/payments/disputes': json({ disputes: [dispute], nextCursor: 'more' }),
    'GET /api/payments/account': json({ status: 'none', due: [] }),
    'GET /api/users': json({ users: [account, { ...account, id: 'u9', status: 'banned' }], nextCursor: null }),
    'GET /api/payments': json({ payments: [payment, { ...payment, id: 'p2', status: 'refunded' }], nextCursor: null }),
  }
})

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${origin}${path}`, { redirect: 'manual', headers })
const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${origin}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin, 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  })
const alertIn = (html: string) =>
  /role="alert"[^>]*>(.*?)<\/div>/s.exec(html)?.[1]?.replace(/<!--.*?-->|<[^>]+>/g, '') ?? ''
const callTo = (route: string) => calls.filter((call) => call.route === route)

describe('pages', () => {
  test.each(['/', '/signin', '/signup', `/tickets/${ticketId}`])(
    '%s is whole in its first HTML, for anyone',
    async (path) => {
      const page = await get(path)
      const html = await page.text()
      expect(page.status).toBe(200)
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(html.match(/<title[ >]/g)).toHaveLength(1)
      expect(html.match(/<h1[ >]/g)).toHaveLength(1)
      expect(html).toContain('name="description"')
      // Nobody is asked who a stranger is, and what a page shows is asked for once.
      expect(calls.map(({ route }) => route).filter((route) => !route.startsWith('GET /api/tickets'))).toEqual([])
      expect(calls.length).toBeLessThanOrEqual(1)
    },
  )

  test.each([
    '/sell',
    '/listings',
    '/orders',
    `/orders/${ticketId}`,
    '/earnings',
    '/account',
    '/admin',
    '/admin/accounts',
    '/admin/payments',
    '/admin/payouts',
    '/admin/disputes',
  ])('%s sends a stranger to sign in and back', async (path) => {
    const page = await get(path)
    expect(page.status).toBe(303)
    expect(page.headers.get('location')).toBe(`/signin?next=${encodeURIComponent(path)}`)
    const mine = await get(path, signedIn)
    expect(mine.status).toBe(200)
    expect(callTo('GET /api/users/currentuser')).toHaveLength(1)
  })

  test('a ticket has one Buy button, a canonical address and an Event that cannot break out', async () => {
    const html = await (await get(`/tickets/${ticketId}`)).text()
    expect(html.match(/<button[^>]*>[^<]*Buy/g)).toHaveLength(1)
    expect(html).toContain(`href="${origin}/tickets/${ticketId}"`)
    const event = /<script type="application\/ld\+json"[^>]*>(.*?)<\/script>/s.exec(html)?.[1] ?? ''
    expect(JSON.parse(event).name).toBe(ticket.title)
    expect(html.match(/rel="canonical"/g)).toHaveLength(1)
    expect(html.slice(html.indexOf('<body>'))).not.toContain('<b>Jazz')
  })

  test.each(['sold', 'withdrawn'])('a %s ticket has no Buy button', async (status) => {
    answers[`GET /api/tickets/${ticketId}`] = json({ ...ticket, status })
    expect(await (await get(`/tickets/${ticketId}`)).text()).not.toMatch(/<button[^>]*>[^<]*Buy/)
  })

  test('a buyer who comes back to a ticket that they are checking out is led to their order', async () => {
    const line = { ticketId, free: false, freeBy: order.expiresAt, waiting: 0 }
    const offer = async (headers = {}) => {
      const html = await (await get(`/tickets/${ticketId}`, headers)).text()
      return /<section[^>]*offer.*?<\/section>/s.exec(html)?.[0].replace(/<!--.*?-->/g, '') ?? ''
    }
    const words = ['You are checking this ticket out', 'href="/orders/', 'Somebody is checking', 'Tell me when']
    const seen = async (headers = {}) => {
      const html = await offer(headers)
      return words.filter((word) => html.includes(word))
    }
    answers[`GET /api/tickets/${ticketId}`] = json({ ...ticket, status: 'reserved' })
    answers[`GET /api/orders/waitlist/${ticketId}`] = json({ ...line, orderId: order.id })
    expect(await seen(signedIn)).toEqual(words.slice(0, 2))
    expect(await offer({ ...signedIn, 'accept-language': 'de' })).toContain(
      'Sie kaufen dieses Ticket gerade: zur Bestellung',
    )
    // A stranger and another buyer see what they always saw, also right after the buyer.
    expect(await seen()).toEqual(words.slice(2))
    answers[`GET /api/orders/waitlist/${ticketId}`] = json(line)
    expect(await seen(signedIn)).toEqual(words.slice(2))
  })

  test('a claim keeps its lines for the buyer, the seller and the admin', async () => {
    const written = (said: string) => `${said} one\n${said} two`
    const claim = {
      ...{ status: 'rejected', at: order.createdAt, reason: written('reason') },
      ...{ answer: { text: written('answer') }, decision: { reason: written('decision') } },
    }
    const claimed = { ...order, status: 'completed', sellerId: 'u2', claim }
    answers[`GET /api/orders/${ticketId}`] = json(claimed)
    answers['GET /api/orders/sales'] = json({ sales: [claimed], nextCursor: null })
    answers['GET /api/orders/claims'] = json({ claims: [claimed], nextCursor: null })
    const writtenWithLines = async (path: string) => {
      const html = (await (await get(path, signedIn)).text()).replace(/<!--.*?-->/g, '')
      return [...html.matchAll(/<p[^>]*class="(?:[^"]* )?text(?: [^"]*)?"[^>]*>[^<]*?(\w+) one\n\1 two\s*<\/p>/g)].map(
        ([, said]) => said,
      )
    }
    expect(await writtenWithLines(`/orders/${ticketId}`)).toEqual(['reason', 'answer', 'decision'])
    expect(await writtenWithLines('/sales')).toEqual(['reason', 'decision'])
    expect(await writtenWithLines('/admin/claims')).toEqual(['reason', 'answer'])
  })

  test('what was withdrawn is gone for search engines, and said to people', async () => {
    answers[`GET /api/tickets/${ticketId}`] = json({ ...ticket, status: 'withdrawn' })
    const page = await get(`/tickets/${ticketId}`)
    const html = await page.text()
    expect(page.status).toBe(410)
    expect(html).toContain('has withdrawn this ticket')
    expect(html).toContain('content="noindex"')
  })

  test.each([
    ['available', 'InStock'],
    ['reserved', 'LimitedAvailability'],
    ['sold', 'SoldOut'],
  ])('a ticket that is %s is offered as %s', async (status, availability) => {
    answers[`GET /api/tickets/${ticketId}`] = json({ ...ticket, status })
    expect(await (await get(`/tickets/${ticketId}`)).text()).toContain(`"https://schema.org/${availability}"`)
  })

  test('a page that is shared tells what it is, with a picture of the ticket itself', async () => {
    answers[`GET /api/tickets/${ticketId}`] = json({ ...ticket, title: 'Žižek’s Jazz & “Łódź” Night' })
    const html = await (await get(`/tickets/${ticketId}`)).text()
    const meta = (property: string) =>
      new RegExp(`<meta[^>]*property="${property}"[^>]*content="([^"]+)"`).exec(html)?.[1]
    expect(meta('og:url')).toBe(`${origin}/tickets/${ticketId}`)
    expect(meta('og:title')).toContain('Jazz')
    expect(meta('og:image')).toBe(`${origin}/cards/${ticketId}.png`)
    const picture = await fetch(meta('og:image') ?? '', { redirect: 'manual' })
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png'])
    const bytes = new DataView(await picture.arrayBuffer())
    // Width and height in a PNG's header.
    expect([bytes.getUint32(16), bytes.getUint32(20)]).toEqual([1200, 630])
  }, 20_000)

  test('a ticket that no font of ours can write, and one that cannot be had, share the common picture', async () => {
    answers[`GET /api/tickets/${ticketId}`] = json({ ...ticket, title: '東京のジャズ' })
    expect((await get(`/cards/${ticketId}.png`)).headers.get('location')).toBe('/card.png')
    delete answers[`GET /api/tickets/${ticketId}`]
    expect((await get(`/cards/${ticketId}.png`)).headers.get('location')).toBe('/card.png')
    expect((await get('/card.png')).status).toBe(200)
    answers[`GET /api/tickets/${ticketId}`] = refusal(404, 'not_found', 'There is no such ticket')
    expect((await get(`/cards/${ticketId}.png`)).status).toBe(404)
    answers[`GET /api/tickets/${ticketId}`] = json({ ...ticket, status: 'withdrawn' })
    expect((await get(`/cards/${ticketId}.png`)).status).toBe(410)
  })

  test('robots.txt leads to the sitemap, and that to every page of listings', async () => {
    delete answers['GET /internal/sitemap/pages']
    expect((await get('/sitemap.xml')).status).toBe(503)
    answers['GET /internal/sitemap/pages'] = json({ pages: [ticketId] })
    answers['GET /internal/sitemap/listings'] = json({ ids: [ticketId, 'other'] })
    const robots = await (await get('/robots.txt')).text()
    expect(robots).toContain(`Sitemap: ${origin}/sitemap.xml`)
    // What is not to be found says so on its page, which has to be read for it.
    expect(robots).not.toMatch(/Disallow: \/(orders|signin|sell|account)/)
    expect(await (await get('/signin')).text()).toContain('content="noindex"')
    const index = await get('/sitemap.xml')
    expect(index.headers.get('content-type')).toBe('application/xml')
    expect(await index.text()).toContain(`<loc>${origin}/sitemaps/${ticketId}.xml</loc>`)
    const listings = await (await get(`/sitemaps/${ticketId}.xml`)).text()
    expect(listings.match(/<loc>/g)).toHaveLength(2)
    // The list of pages is kept for a while; a page of listings is not.
    for (const kind of ['pages', 'listings']) delete answers[`GET /internal/sitemap/${kind}`]
    expect((await get('/sitemap.xml')).status).toBe(200)
    expect((await get(`/sitemaps/${ticketId}.xml`)).status).toBe(503)
  })

  test('many who look at the listing at once are one question, and a change shows at once', async () => {
    await Promise.all(Array.from({ length: 5 }, async () => (await get('/')).text()))
    expect(callTo('GET /api/tickets').length).toBe(1)
    answers['POST /api/tickets'] = json(ticket, 201)
    await post('/sell', { ...listing, price: '19.99', currency: 'usd' }, signedIn)
    answers['GET /api/tickets'] = json({ tickets: [{ ...ticket, title: 'Just listed' }], nextCursor: null })
    expect(await (await get('/')).text()).toContain('Just listed')
  })

  test('the listing leads to its next page', async () => {
    const html = await (await get('/?q=jazz')).text()
    expect(html).toMatch(/<a [^>]*rel="next"[^>]*href="\/\?q=jazz&amp;cursor=more"|href="\/\?q=jazz&amp;cursor=more"/)
  })

  test('missing things are 404', async () => {
    answers[`GET /api/tickets/${ticketId}`] = refusal(404, 'not_found', 'There is no such ticket')
    for (const path of [`/tickets/${ticketId}`, '/tickets/%2e%2e%2fusers', '/nothing/here']) {
      const page = await get(path)
      expect(page.status).toBe(404)
      expect(await page.text()).toContain('<h1')
    }
  })

  test.each([
    ['settling', undefined, 'being taken'],
    ['completed', undefined, 'Receipt'],
    ['cancelled', 'expired', 'ran out'],
    ['cancelled', 'buyer', 'You cancelled'],
    ['cancelled', 'payment_failed', 'did not go through'],
    ['refunded', undefined, 'sent back'],
  ])('an order that is %s (%p) says so', async (status, cancelReason, text) => {
    answers[`GET /api/orders/${ticketId}`] = json({ ...order, status, cancelReason })
    const html = await (await get(`/orders/${ticketId}`, signedIn)).text()
    expect(html).toContain(text)
    expect(html).not.toContain('name="paymentMethod"')
  })

  test.each([
    ['completed', 'succeeded', 'not charged, and the ticket is yours', 'nichts berechnet, das Ticket gehört Ihnen'],
    ['refunded', 'refunded', 'not been charged', 'kein Geld zurück'],
    ['cancelled', 'refunded', 'not been charged', 'kein Geld zurück'],
  ])(
    'an order that a coupon paid and that is %s names no money of its buyer',
    async (status, state, text, inGerman) => {
      answers[`GET /api/orders/${ticketId}`] = json({ ...order, status })
      answers[`GET /api/payments/orders/${ticketId}`] = json({ orderId: ticketId, state, byCoupon: true })
      const html = await (await get(`/orders/${ticketId}`, signedIn)).text()
      expect(html).toContain('with a coupon')
      expect(html).toContain(text)
      expect(html).not.toMatch(/You paid \$|sent back/)
      const german = await (await get(`/orders/${ticketId}`, { ...signedIn, 'accept-language': 'de' })).text()
      expect(german).toContain(inGerman)
    },
  )

  test.each([
    ['en', /money/i, 'Ask to undo the order', ['undone by itself', 'being undone']],
    ['de', /Geld/, 'Bestellung rückgängig machen lassen', ['von selbst rückgängig', 'wird rückgängig gemacht']],
  ] as const)(
    'who paid with a coupon is promised no money on the order’s page: %s',
    async (language, money, ask, said) => {
      const shown = async (payment: object) => {
        answers[`GET /api/payments/orders/${ticketId}`] = json({ orderId: ticketId, state: 'succeeded', ...payment })
        const html = await (await get(`/orders/${ticketId}`, { ...signedIn, 'accept-language': language })).text()
        return /<section[^>]*aria-labelledby="handover".*?<\/section>/s.exec(html)?.[0] ?? ''
      }
      for (const [index, status] of ['waiting', 'overdue'].entries()) {
        const handover = { kind: 'transfer', status, deadline: '2027-01-02T00:00:00.000Z' }
        answers[`GET /api/orders/${ticketId}`] = json({ ...order, status: 'completed', handover })
        expect(await shown({})).toMatch(money)
        const html = await shown({ byCoupon: true })
        expect(html).not.toMatch(money)
        expect(html).toContain(said[index] ?? '')
        expect(html).toContain(ask)
      }
    },
  )

  test('an open order is its checkout, and says until when without JavaScript', async () => {
    const html = await (await get(`/orders/${ticketId}`, signedIn)).text()
    expect(html).toContain(order.expiresAt.slice(11, 19))
    expect(html).toMatch(/<noscript><meta http-equiv="refresh"/)
    expect(html).toContain('Test mode')
  })
})

describe('languages', () => {
  const inGerman = { 'accept-language': 'de-AT, en;q=0.5' }

  test('a page is in the language that its reader prefers, and says which', async () => {
    const html = await (await get(`/tickets/${ticketId}`, inGerman)).text()
    expect(html).toContain('<html lang="de"')
    expect(html).toMatch(/<button[^>]*>Kaufen für \$\s19,99/)
    expect(await (await get('/', { 'accept-language': 'fr' })).text()).toContain('<html lang="en"')
  })

  test('the switch in the footer is kept and leads back, to this site only', async () => {
    const html = await (await get('/?q=jazz')).text()
    expect(html).toMatch(/<form[^>]*action="\/language"/)
    const chosen = await post('/language', { language: 'de', next: '/?q=jazz' })
    expect([chosen.status, chosen.headers.get('location')]).toEqual([303, '/?q=jazz'])
    const cookie = chosen.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    expect(await (await get('/', { cookie })).text()).toContain('<html lang="de"')
    const nonsense = await post('/language', { language: 'xx', next: '//evil.example' })
    expect([nonsense.headers.get('location'), nonsense.headers.getSetCookie()]).toEqual(['/', []])
  })

  test('a refusal is told by its code in German, and in the words of the service in English', async () => {
    answers['POST /api/orders'] = refusal(409, 'ticket_being_checked_out', sentence)
    const german = await post(`/tickets/${ticketId}`, {}, { ...signedIn, ...inGerman })
    expect(alertIn(await german.text())).toContain('von jemand anderem gekauft')
    answers['POST /api/orders'] = refusal(409, 'not_in_any_catalogue', 'Something new')
    const unknown = await post(`/tickets/${ticketId}`, {}, { ...signedIn, ...inGerman })
    expect(alertIn(await unknown.text())).toBe('Something new')
  })

  test('what is wrong with a code, a password or a price is told in German, and at its field', async () => {
    const german = { ...signedIn, ...inGerman }
    answers['POST /api/users/signin/code'] = refusal(401, 'invalid_credentials', 'This code is wrong', 'code')
    const code = await (await post('/signin/code', { code: '000000' }, inGerman)).text()
    expect(alertIn(code)).toBe('Code: Dieser Code ist falsch oder wurde schon verwendet.')
    answers['POST /api/users/signin/code'] = refusal(401, 'invalid_credentials', 'That took too long; sign in again')
    expect(alertIn(await (await post('/signin/code', { code: '000000' }, inGerman)).text())).toContain('noch einmal an')
    answers['PUT /api/users/password'] = refusal(401, 'invalid_credentials', 'It is wrong', 'currentPassword')
    const fields = { intent: 'password', currentPassword: 'old secret', newPassword: 'new secret' }
    const password = await (await post('/account', fields, german)).text()
    expect(alertIn(password)).toBe('Bisheriges Passwort: Das bisherige Passwort stimmt nicht.')
    expect(password).toContain('id="w-currentPassword"')
    const capped = 'must be at most 5.00 EUR: 100 % of the face value'
    answers['POST /api/tickets'] = refusal(400, 'request_validation', capped, 'priceCents')
    const price = await (
      await post('/sell', { ...listing, price: '9', currency: 'eur', faceValue: '5' }, german)
    ).text()
    expect(alertIn(price)).toMatch(/^Preis: Der Preis darf höchstens €\s5,00 betragen/)
    expect(price).toContain('id="w-price"')
  })

  test('a page that fails, fails in the reader’s language', async () => {
    answers[`GET /api/tickets/${ticketId}`] = json({ ...ticket, startsAt: 'not a time' })
    expect(await (await get(`/tickets/${ticketId}`, inGerman)).text()).toContain('Etwas ist schiefgegangen')
  })
})

describe('when a part is away', () => {
  test('without auth the listing still renders, and says what is missing', async () => {
    delete answers['GET /api/users/currentuser']
    const page = await get('/', signedIn)
    const html = await page.text()
    expect(page.status).toBe(200)
    expect(html).toContain('Accounts cannot be reached')
    expect(html).toContain(`/tickets/${ticketId}`)
  })

  test('an auth that hangs does not hold up the listing', async () => {
    answers['GET /api/users/currentuser'] = () => new Response(new ReadableStream())
    const started = performance.now()
    expect(await (await get('/', signedIn)).text()).toContain('Accounts cannot be reached')
    expect(performance.now() - started).toBeLessThan(4000)
  })

  test.each([
    ['/', 'GET /api/tickets'],
    [`/orders/${ticketId}`, `GET /api/orders/${ticketId}`],
    ['/orders', 'GET /api/orders'],
  ])('%s says so with 503 and not a word of Dapr', async (path, route) => {
    delete answers[route]
    const page = await get(path, signedIn)
    const html = await page.text()
    expect(page.status).toBe(503)
    expect(alertIn(html)).toContain('not available right now')
    expect(html).not.toMatch(/ERR_DIRECT|10\.1\.2\.3/)
  })

  test('a session renewed on the way to a page that fails is not lost', async () => {
    answers['POST /api/users/refresh'] = json(user, 200, [`access=${accessToken(900)}; Path=/`, 'refresh=r2; Path=/'])
    answers[`GET /api/tickets/${ticketId}`] = json({ ...ticket, startsAt: 'not a time' })
    const page = await get(`/tickets/${ticketId}`, { cookie: 'refresh=r1' })
    expect(page.status).toBe(500)
    expect(page.headers.getSetCookie()).toHaveLength(2)
  })

  // Trap 4: an error thrown while rendering would put its stack into the page, with status 200.
  test('a page that cannot be rendered is 500 and tells nothing of why', async () => {
    answers[`GET /api/tickets/${ticketId}`] = json({ ...ticket, startsAt: 'not a time' })
    const page = await get(`/tickets/${ticketId}`)
    const html = await page.text()
    expect(page.status).toBe(500)
    expect(html).toContain('Something went wrong')
    expect(html).not.toMatch(/RangeError|Invalid|\.mjs/)
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  })
})

describe('forms', () => {
  test('signing in passes the API’s cookies on and leads back, to this site only', async () => {
    const cookies = ['access=a; Path=/; HttpOnly; SameSite=Lax', 'refresh=b; Path=/; HttpOnly; SameSite=Lax']
    answers['POST /api/users/signin'] = json(user, 200, cookies)
    const fields = { email: 'kay@example.test', password: 'correct horse', next: `/tickets/${ticketId}` }
    const back = await post('/signin', fields)
    expect([back.status, back.headers.get('location')]).toEqual([303, `/tickets/${ticketId}`])
    expect(back.headers.getSetCookie()).toEqual(cookies)
    const away = await post('/signin', { ...fields, next: '//evil.example' })
    expect(away.headers.get('location')).toBe('/')
    const sent = callTo('POST /api/users/signin')[0]
    expect(JSON.parse(sent?.body ?? '')).toEqual({ email: fields.email, password: fields.password })
    expect(sent?.headers.get('origin')).toBe(origin)
  })

  // Trap 7: what is typed comes back in the page itself, never in a cookie, and a password never at all.
  test('a refused form keeps what was typed, but no password', async () => {
    answers['POST /api/users/signup'] = refusal(400, 'request_validation', 'Bad Email', 'email')
    const page = await post('/signup', { email: 'kay@', password: 'correct horse', next: '/sell' })
    const html = await page.text()
    expect(page.status).toBe(400)
    expect(alertIn(html)).toBe('Email: Bad Email')
    expect(html).toContain('value="kay@"')
    expect(html).toContain('value="/sell"')
    expect(html).not.toContain('correct horse')
    expect(page.headers.getSetCookie()).toEqual([])
  })

  test('the losing buyer reads the sentence', async () => {
    answers['POST /api/orders'] = refusal(409, 'ticket_being_checked_out', sentence)
    const page = await post(`/tickets/${ticketId}`, { idempotencyKey: 'k'.repeat(20) }, signedIn)
    expect(page.status).toBe(409)
    expect(alertIn(await page.text())).toBe(sentence)
  })

  test('a stranger who buys signs in first and comes back', async () => {
    answers['POST /api/orders'] = refusal(401, 'not_authenticated', 'Not authenticated')
    const page = await post(`/tickets/${ticketId}`, {})
    expect([page.status, page.headers.get('location')]).toEqual([
      303,
      `/signin?next=${encodeURIComponent(`/tickets/${ticketId}`)}`,
    ])
  })

  test('what costs money carries the key that it was rendered with, however often it is sent', async () => {
    answers['POST /api/orders'] = json(order, 201)
    const html = await (await get(`/tickets/${ticketId}`, signedIn)).text()
    const key = /name="idempotencyKey" value="([\w-]+)"/.exec(html)?.[1] ?? ''
    expect(key.length).toBeGreaterThan(30)
    for (let turn = 0; turn < 2; turn += 1) {
      const bought = await post(`/tickets/${ticketId}`, { idempotencyKey: key }, signedIn)
      expect([bought.status, bought.headers.get('location')]).toEqual([303, `/orders/${ticketId}`])
    }
    expect(callTo('POST /api/orders').map((call) => call.headers.get('idempotency-key'))).toEqual([key, key])
    const again = await (await get(`/tickets/${ticketId}`, signedIn)).text()
    expect(again).not.toContain(key)
  })

  test('paying by card, by coupon and cancelling are three calls', async () => {
    answers['POST /api/payments'] = json({ id: 'p1' }, 201)
    answers[`DELETE /api/orders/${ticketId}`] = () => new Response(null, { status: 204 })
    const path = `/orders/${ticketId}`
    await post(path, { intent: 'pay', paymentMethod: 'pm_card_visa' }, signedIn)
    await post(path, { intent: 'redeem', couponCode: ' C1 ' }, signedIn)
    const cancelled = await post(path, { intent: 'cancel' }, signedIn)
    expect([cancelled.status, cancelled.headers.get('location')]).toEqual([303, path])
    expect(callTo('POST /api/payments').map((call) => JSON.parse(call.body))).toEqual([
      { orderId: ticketId, paymentMethod: 'pm_card_visa' },
      { orderId: ticketId, couponCode: 'C1' },
    ])
    expect(callTo(`DELETE /api/orders/${ticketId}`)).toHaveLength(1)
  })

  test('a listing is sold in minor units, at the time of the venue’s clock', async () => {
    answers['POST /api/tickets'] = json(ticket, 201)
    const sold = await post('/sell', { ...listing, price: '19.99', currency: 'usd' }, signedIn)
    expect(sold.headers.get('location')).toBe(`/tickets/${ticketId}`)
    expect(JSON.parse(callTo('POST /api/tickets')[0]?.body ?? '')).toEqual({
      title: 'Jazz',
      venue: 'Hall',
      delivery: 'transfer',
      city: 'Oslo',
      timeZone: 'Europe/Oslo',
      startsAt: '2027-03-01T19:00:00.000Z',
      priceCents: 1999,
      currency: 'usd',
    })
  })

  test('a refused listing says at each field what is wrong, keeps the rest and sells nothing', async () => {
    const wrong = await post('/sell', { ...listing, startsAt: '2027-02-31T20:00', price: 'cheap' }, signedIn)
    const html = await wrong.text()
    expect(wrong.status).toBe(400)
    expect(alertIn(html)).toContain('Price')
    expect(html).toContain('value="cheap"')
    expect(html).toMatch(/<option value="Europe\/Oslo" selected/)
    for (const name of ['price', 'startsAt']) {
      expect(html).toMatch(new RegExp(`<input[^>]*name="${name}"[^>]*aria-describedby="w-${name} h-${name}"`))
      expect(html).toContain(`id="w-${name}"`)
    }
    expect(callTo('POST /api/tickets')).toEqual([])
  })

  test('who sells reads beforehand what will be left', async () => {
    expect(await (await get('/sell', signedIn)).text()).toContain('Fairpass keeps 5% of the price')
    answers['POST /api/tickets'] = refusal(400, 'request_validation', 'must not be empty', 'title')
    const again = await post('/sell', { ...listing, title: '', price: '89.50', currency: 'usd' }, signedIn)
    expect(await again.text()).toContain('You will get $85.02')
  })

  test('a listing of one’s own is edited and withdrawn on its page, and nobody else’s is there', async () => {
    expect((await get(`/listings/${ticketId}`, signedIn)).status).toBe(404)
    const own = { ...ticket, sellerId: user.id, timeZone: 'Europe/Oslo', title: 'Jazz' }
    answers[`GET /api/tickets/${ticketId}`] = json(own)
    const html = await (await get(`/listings/${ticketId}`, signedIn)).text()
    expect(html).toContain('value="2027-03-01T20:00"')
    expect(html).toContain('value="19.99"')
    answers[`PUT /api/tickets/${ticketId}`] = json(own)
    const fields = { ...listing, intent: 'save', title: 'More jazz', price: '24', currency: 'eur' }
    const saved = await post(`/listings/${ticketId}`, fields, signedIn)
    expect([saved.status, saved.headers.get('location')]).toEqual([303, '/listings?done=saved'])
    expect(JSON.parse(callTo(`PUT /api/tickets/${ticketId}`)[0]?.body ?? '')).toMatchObject({
      title: 'More jazz',
      priceCents: 2400,
      currency: 'eur',
    })
    answers[`DELETE /api/tickets/${ticketId}`] = refusal(409, 'ticket_reserved', 'A buyer is checking out')
    const held = await post(`/listings/${ticketId}`, { intent: 'withdraw' }, signedIn)
    expect([held.status, alertIn(await held.text())]).toEqual([409, 'A buyer is checking out'])
    answers[`DELETE /api/tickets/${ticketId}`] = () => new Response(null, { status: 204 })
    const gone = await post(`/listings/${ticketId}`, { intent: 'withdraw' }, signedIn)
    expect(gone.headers.get('location')).toBe('/listings?done=withdrawn')
  })

  test('a ticket that is being bought is not offered for editing', async () => {
    answers[`GET /api/tickets/${ticketId}`] = json({ ...ticket, sellerId: user.id, status: 'reserved' })
    expect(await (await get(`/listings/${ticketId}`, signedIn)).text()).not.toContain('name="intent"')
  })
})

describe('an account', () => {
  test('its password is changed, and a refusal stands in its own form, without the passwords', async () => {
    answers['PUT /api/users/password'] = () => new Response(null, { status: 204 })
    const fields = { intent: 'password', currentPassword: 'old secret', newPassword: 'new secret' }
    const changed = await post('/account', fields, signedIn)
    expect(changed.headers.get('location')).toBe('/account?done=password')
    expect(JSON.parse(callTo('PUT /api/users/password')[0]?.body ?? '')).toEqual({
      currentPassword: 'old secret',
      newPassword: 'new secret',
    })
    expect(await (await get('/account?done=password', signedIn)).text()).toContain('Your password is changed')
    answers['PUT /api/users/password'] = refusal(401, 'invalid_credentials', 'The password is wrong')
    const html = await (await post('/account', fields, signedIn)).text()
    expect(html.match(/role="alert"/g)).toHaveLength(1)
    expect(alertIn(html)).toBe('The password is wrong')
    expect(html).not.toMatch(/old secret|new secret/)
  })

  test('its other devices are listed and ended, this one is not', async () => {
    const html = await (await get('/account', signedIn)).text()
    expect(html.match(/name="sessionId" value="s2"/g)).toHaveLength(1)
    expect(html).not.toContain('value="s1"')
    answers['DELETE /api/users/sessions/s2'] = () => new Response(null, { status: 204 })
    const ended = await post('/account', { intent: 'session', sessionId: 's2' }, signedIn)
    expect(ended.headers.get('location')).toBe('/account?done=session')
  })

  test('it is deleted with its password alone, and its cookies go', async () => {
    answers['DELETE /api/users/me'] = json({}, 200, ['access=; Path=/; Max-Age=0', 'refresh=; Path=/; Max-Age=0'])
    const gone = await post('/account', { intent: 'delete', password: 'secret' }, signedIn)
    expect([gone.status, gone.headers.get('location')]).toEqual([303, '/'])
    expect(gone.headers.getSetCookie()).toHaveLength(2)
    expect(JSON.parse(callTo('DELETE /api/users/me')[0]?.body ?? '')).toEqual({ password: 'secret' })
  })

  test('what it earned is shown by currency', async () => {
    const html = await (await get('/earnings', signedIn)).text()
    expect(html).toContain('€12.50')
    expect(html).toContain('€48.00')
  })
})

describe('payouts', () => {
  const stripe = 'https://connect.stripe.example/setup/s/acct_1/x?a=1&b=2'
  const text = async (page: Response) => (await page.text()).replace(/<!--.*?-->|<[^>]+>/g, '')
  const earnings = async (headers: Record<string, string> = {}, search = '') =>
    text(await get(`/earnings${search}`, { ...signedIn, ...headers }))

  test('a seller reads what Fairpass keeps and when the rest comes', async () => {
    const text = await earnings()
    expect(text).toContain('Fairpass keeps 5% of the price')
    expect(text).toContain('1 day after the event has begun')
    expect(await earnings({ 'accept-language': 'de' })).toContain('diese Zeit vergangen ist: 1 Tag')
  })

  test('they are set up at Stripe, where a page of ours leads: the policy lets no form redirect there', async () => {
    const form = await (await get('/earnings', { ...signedIn, 'accept-language': 'de-AT' })).text()
    expect(form).toMatch(/<option value="AT" selected[^>]*>Österreich/)
    answers['POST /api/payments/account'] = json({ status: 'onboarding', url: stripe, expiresAt: sale.payableAt }, 201)
    const onward = await post('/earnings', { country: 'AT' }, signedIn)
    const html = await onward.text()
    expect([onward.status, onward.headers.get('refresh')]).toEqual([200, `0;url=${stripe}`])
    expect(html).toMatch(
      /<a[^>]* class="button" href="https:\/\/connect\.stripe\.example\/setup\/s\/acct_1\/x\?a=1&amp;b=2"/,
    )
    expect(onward.headers.get('content-security-policy')).toContain("form-action 'self';")
    expect(callTo('POST /api/payments/account').map(({ body }) => body)).toEqual(['{"country":"AT"}'])
  })

  test('nobody is led to what is no address of the web', async () => {
    for (const url of ['javascript:alert(1)', 'data:text/html,x', 'connect.stripe.com']) {
      answers['POST /api/payments/account'] = json({ status: 'onboarding', url, expiresAt: sale.payableAt }, 201)
      const page = await post('/earnings', { country: 'AT' }, signedIn)
      expect([page.status, page.headers.get('refresh')]).toEqual([503, null])
      expect(await page.text()).not.toContain(`href="${url}"`)
    }
  })

  test('a country that Stripe does not pay in is refused at the form, with the choice kept', async () => {
    const message = 'is not a country that sellers can be paid in'
    answers['POST /api/payments/account'] = refusal(400, 'request_validation', message, 'country')
    const page = await post('/earnings', { country: 'LI' }, signedIn)
    const html = await page.text()
    expect([page.status, alertIn(html)]).toEqual([400, `Country: ${message}`])
    expect(html).toMatch(/<option value="LI" selected/)
  })

  test('the account’s state is told in words, with what Stripe still asks for', async () => {
    const due = ['external_account', 'individual.first_name', 'individual.dob.day', 'something.new']
    answers['GET /api/payments/account'] = json({ status: 'onboarding', due })
    const text = await earnings({}, '?onboarding=again')
    expect(text).toContain('your bank accountwho you arefurther details')
    expect(text).toContain('Continue at Stripe')
    expect(text).toContain('had been used or was too old')
    answers['GET /api/payments/account'] = json({ status: 'onboarding', due: [] })
    expect(await earnings()).toContain('Stripe is checking')
    answers['GET /api/payments/account'] = json({ status: 'ready', due: [] })
    const ready = await earnings({}, '?onboarding=again')
    expect(ready).toContain('is ready')
    expect(ready).not.toMatch(/Continue at Stripe|Set up payouts|too old/)
  })

  test.each([
    [{}, 'Paid out from Tuesday, March 2, 2027'],
    [{ waitsFor: 'account' }, 'until your account at Stripe is ready'],
    [{ waitsFor: 'dispute' }, 'bank of the buyer'],
    [{ status: 'available', waitsFor: null }, 'being sent'],
    [{ status: 'paid_out', waitsFor: null, paidAt: '2027-03-03T19:00:00.000Z' }, 'Paid out Wednesday, March 3, 2027'],
    [{ status: 'taken_back', waitsFor: null }, 'taken back from what was sent'],
    [{ status: 'cancelled', waitsFor: null }, 'The buyer got the money back'],
  ])('a sale that is %p says where its money is', async (change, text) => {
    answers['GET /api/payments/earnings/sales'] = json({ sales: [{ ...sale, ...change }], nextCursor: 'more' })
    const html = await (await get('/earnings', signedIn)).text()
    const said = html.replace(/<!--.*?-->|<[^>]+>/g, '')
    expect(said).toContain(text)
    expect(said).toContain('€84.55')
    expect(said).toContain('€89.00 less €4.45 for Fairpass')
    expect(html).toContain('href="/earnings?cursor=more"')
  })

  test('what was earned is shown while the account and the sales cannot be', async () => {
    delete answers['GET /api/payments/account']
    delete answers['GET /api/payments/earnings/sales']
    const text = await earnings()
    expect(text).toContain('€48.00')
    expect(text).toContain('cannot be told right now')
    expect(text).toContain('sales cannot be shown')
  })
})

describe('admins', () => {
  const sentTo = (route: string) => callTo(route).map(({ body, headers }) => [body, headers.get('idempotency-key')])

  test('ban and lift bans', async () => {
    const html = await (await get('/admin/accounts', signedIn)).text()
    expect(html).toContain('value="unban"')
    for (const intent of ['ban', 'unban']) {
      answers[`POST /api/users/u8/${intent}`] = () => new Response(null, { status: 204 })
      const done = await post('/admin/accounts', { intent, id: 'u8', idempotencyKey: 'k'.repeat(20) }, signedIn)
      expect(done.headers.get('location')).toBe(`/admin/accounts?done=${intent}`)
      expect(sentTo(`POST /api/users/u8/${intent}`)).toEqual([['{}', 'k'.repeat(20)]])
    }
  })

  test('refund what was paid, once, with a reason', async () => {
    const html = await (await get('/admin/payments', signedIn)).text()
    expect(html).toContain('name="id" value="p1"')
    expect(html).not.toContain('name="id" value="p2"')
    answers['POST /api/payments/p1/refund'] = json(payment)
    const fields = { id: 'p1', reason: 'Called off', idempotencyKey: 'k'.repeat(20) }
    expect((await post('/admin/payments', fields, signedIn)).headers.get('location')).toBe(
      '/admin/payments?done=refund',
    )
    expect(sentTo('POST /api/payments/p1/refund')).toEqual([['{"reason":"Called off"}', 'k'.repeat(20)]])
  })

  test('read in their own language why money went back or never came, and what is in English says so', async () => {
    const at = session.lastSeenAt
    const refunded = (refund: object) => ({ ...payment, status: 'refunded', refund: { at, ...refund } })
    const failed = (status: string, code: string, message: string) => ({
      ...payment,
      status,
      failure: { code, message },
    })
    answers['GET /api/payments'] = json({
      payments: [
        refunded({ reason: 'The ticket did not work', cause: 'claim' }),
        refunded({ reason: 'Abgesagt, was sonst' }),
        refunded({ reason: 'As a later version says it', cause: 'later' }),
        failed('failed', 'insufficient_funds', 'Your card has insufficient funds.'),
        failed('failed', 'lost_card', 'Your card was declined.'),
        failed('cancelled', 'order_not_payable', 'This order cannot be paid any more'),
        failed('cancelled', 'refused', 'This payment cannot be made by card'),
      ],
      nextCursor: null,
    })
    const page = await get('/admin/payments', { ...signedIn, 'accept-language': 'de' })
    const body = (await page.text()).replace(/^.*<body>/s, '')
    expect(body).toContain('Das Ticket hat nicht funktioniert')
    expect(body).toContain('Das Guthaben reicht nicht')
    expect(body).toMatch(/<p[^>]*>Abgesagt, was sonst<\/p>/)
    expect(body).toMatch(/<p[^>]*>As a later version says it<\/p>/)
    expect(body).toMatch(/<p[^>]* lang="en"[^>]*>This payment cannot be made by card<\/p>/)
    expect(body).not.toMatch(/The ticket did not work|Your card|This order/)
  })

  test('make coupons with a last day, and withdraw them', async () => {
    answers['POST /api/coupons'] = json({ coupons: [] }, 201)
    await post('/admin', { quantity: '2', maxRedemptions: '', expiresAt: '2030-05-31' }, signedIn)
    expect(JSON.parse(callTo('POST /api/coupons')[0]?.body ?? '')).toEqual({
      quantity: 2,
      expiresAt: '2030-05-31T23:59:59.000Z',
    })
    answers['DELETE /api/coupons/C1'] = () => new Response(null, { status: 204 })
    const withdrawn = await post('/admin', { intent: 'withdraw', id: 'C1' }, signedIn)
    expect(withdrawn.headers.get('location')).toBe('/admin?done=withdrawn')
  })

  const said = async (path: string) => {
    const html = await (await get(path, signedIn)).text()
    return { html, text: html.replace(/<!--.*?-->|<[^>]+>/g, '') }
  }

  test('see what is owed to sellers, what stands in the way, and what Stripe said', async () => {
    expect((await said('/admin/payouts')).text).toContain('€84.55 to be sent from Tuesday, March 2, 2027')
    const stuck = { ...payout, status: 'reversing', waitsFor: null, failure: 'insufficient funds' }
    answers['GET /api/payments/payouts'] = (request) =>
      new URL(request.url).search === '?cursor=c1&status=reversing'
        ? json({ payouts: [stuck], nextCursor: 'c2' })()
        : undefined
    const { html, text } = await said('/admin/payouts?status=reversing&cursor=c1')
    expect(text).toContain('insufficient funds')
    expect(html).toMatch(/<option[^>]* value="reversing" selected/)
    expect(html).toMatch(/href="\/admin\/payouts\?status=reversing&(amp;)?cursor=c2"/)
  })

  test('see what banks want back, and until when Stripe takes an answer', async () => {
    const { html, text } = await said('/admin/disputes')
    expect(text).toMatch(/€89\.00 fraudulent.*answer at Stripe until Saturday, January 9, 2027/)
    expect(html).toContain(`href="/admin/payments?orderId=${ticketId}"`)
    answers['GET /api/payments/disputes'] = json({
      disputes: [{ ...dispute, status: 'lost', closedAt: sale.payableAt }],
    })
    const decided = (await said('/admin/disputes')).text
    expect(decided).toContain('decided Tuesday, March 2, 2027')
    expect(decided).not.toContain('answer at Stripe')
  })

  test('are all who see any of it', async () => {
    for (const route of [
      '/api/coupons',
      '/api/users',
      '/api/payments',
      '/api/payments/payouts',
      '/api/payments/disputes',
    ]) {
      answers[`GET ${route}`] = refusal(403, 'forbidden', 'You may not do this')
    }
    for (const path of ['/admin', '/admin/accounts', '/admin/payments', '/admin/payouts', '/admin/disputes']) {
      const page = await get(path, signedIn)
      expect([page.status, alertIn(await page.text())]).toEqual([403, 'You may not do this'])
    }
  })
})

describe('sessions', () => {
  test('an ended token is renewed on the way, and used for the same page', async () => {
    const fresh = accessToken(900)
    answers['POST /api/users/refresh'] = json(user, 200, [`access=${fresh}; Path=/`, 'refresh=r2; Path=/'])
    const page = await get('/orders', { cookie: `access=${accessToken(-5)}; refresh=r1` })
    expect(page.status).toBe(200)
    expect(page.headers.getSetCookie()).toEqual([`access=${fresh}; Path=/`, 'refresh=r2; Path=/'])
    expect(callTo('GET /api/orders')[0]?.headers.get('cookie')).toContain(fresh)
  })

  test('a session that cannot be renewed ends', async () => {
    answers['POST /api/users/refresh'] = refusal(401, 'refresh_token_invalid', 'Sign in again')
    const page = await get('/orders', { cookie: 'refresh=r1' })
    expect(page.status).toBe(303)
    expect(page.headers.getSetCookie().every((cookie) => cookie.includes('Max-Age=0'))).toBe(true)
    expect(page.headers.getSetCookie()).toHaveLength(2)
  })

  test('a visitor without a session gets no cookie', async () => {
    expect((await get('/')).headers.getSetCookie()).toEqual([])
  })
})

describe('the traps of the framework', () => {
  // Trap 2.
  test('no form is taken from another site', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const page = await post(`/tickets/${ticketId}`, {}, { ...signedIn, ...headers } as Record<string, string>)
      expect(page.status).toBe(403)
    }
    expect(calls).toEqual([])
  })

  // Traps 2 and 3: there are no server functions to be called by position, by anybody.
  test.each(['/_server', '/_server?id=x&args=[]', '/_server/x', '/dapr/subscribe', '/dapr/config', '/internal/x'])(
    '%s is not served',
    async (path) => {
      for (const method of ['GET', 'POST']) {
        const answer = await fetch(`${origin}${path}`, { method, headers: { 'x-server-id': 'x' } })
        expect(answer.status).toBe(404)
        expect((await answer.json()).code).toBe('not_found')
      }
    },
  )

  // Trap 5: async mode knows before the first byte what is missing; trap 8 and 9: the headers.
  test('every page has the headers, with a nonce of its own on every script and no style attribute', async () => {
    const pages = await Promise.all([get('/'), get('/'), get('/nothing')])
    const nonces = await Promise.all(
      pages.map(async (page) => {
        const policy = page.headers.get('content-security-policy') ?? ''
        const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? ''
        const html = await page.text()
        const scripts = html.match(/<script\b[^>]*>/g) ?? []
        expect(scripts.length).toBeGreaterThan(1)
        expect(scripts.every((script) => script.includes(`nonce="${nonce}"`))).toBe(true)
        expect(html).not.toMatch(/<[^>]+ style=/)
        expect(policy).not.toContain('unsafe')
        expect(page.headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin')
        expect(page.headers.get('x-content-type-options')).toBe('nosniff')
        expect(page.headers.get('permissions-policy')).toContain('camera=()')
        return nonce
      }),
    )
    expect(new Set(nonces).size).toBe(3)
  })

  // Trap 10.
  test('the build’s list of files is not public', async () => {
    for (const name of ['manifest.json', 'manifest.json.gz']) {
      expect((await get(`/.vite/${name}`, { 'accept-encoding': 'gzip' })).status).toBe(404)
    }
  })

  test('what the build made is served as what it is', async () => {
    const sheet = /href="([^"]+\.css)"/.exec(await (await get('/')).text())?.[1] ?? ''
    const answer = await get(sheet)
    expect(answer.headers.get('content-type')).toStartWith('text/css')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect((await get('/robots.txt')).status).toBe(200)
  })

  // ASVS 5.0, 3.4.4: pages, the build's files, the API, and what the web app answers by itself.
  test.each(['/api/tickets', '/api/nothing', '/api/docs', '/robots.txt', '/healthz', '/live', '/_server'])(
    '%s is taken for nothing else than it says',
    async (path) => {
      expect((await get(path)).headers.get('x-content-type-options')).toBe('nosniff')
    },
  )

  test('methods that no page has are refused', async () => {
    expect((await fetch(`${origin}/`, { method: 'PUT' })).status).toBe(405)
    expect((await post('/', {})).status).toBe(405)
    expect((await fetch(`${origin}/`, { method: 'HEAD' })).status).toBe(200)
  })
})

test('health is answered, and the API is passed on under its own origin', async () => {
  expect((await get('/healthz')).status).toBe(200)
  const api = await get('/api/tickets')
  expect(await api.json()).toMatchObject({ nextCursor: 'more' })
  expect((await get('/api/nothing')).headers.get('content-type')).toBe('application/problem+json')
  expect(callTo('GET /api/tickets')[0]?.headers.get('x-forwarded-for')).toMatch(/^(127\.0\.0\.1|::1)$/)
})

describe('what people type and send', () => {
  test.each([
    ['zh-cmn-Hans-CN,zh;q=0.9', 'en'],
    ['gsw-CH', 'de'],
    ['i-klingon, *;q=0.5', 'en'],
    ['x'.repeat(3000), 'en'],
    ['de-DE-u-ca-buddhist-nu-thai', 'de'],
    ['\u00e4\u00f6', 'en'],
    [';;;=,,q', 'en'],
  ])('Accept-Language %p gets a page in %p, whole, and a renewed session', async (wish, language) => {
    answers['POST /api/users/refresh'] = json(user, 200, ['access=new; Path=/', 'refresh=r2; Path=/'])
    const cookie = `access=${accessToken(-10)}; refresh=r1`
    for (const path of ['/', `/tickets/${ticketId}`, '/orders', '/nothing']) {
      const page = await get(path, { 'accept-language': wish, cookie })
      expect({ path, status: page.status }).toEqual({ path, status: path === '/nothing' ? 404 : 200 })
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(page.headers.getSetCookie().map((set) => set.split(';')[0])).toEqual(['access=new', 'refresh=r2'])
      expect(await page.text()).toContain(`<html lang="${language}"`)
    }
  })

  test('whatever was stored, nothing in it turns the page round, and it stands isolated', async () => {
    const turned = { ...ticket, title: 'Opera \u202eesuoH', venue: 'Hall\u2066', description: 'a\u202db' }
    answers[`GET /api/tickets/${ticketId}`] = json(turned)
    answers['GET /api/tickets'] = json({ tickets: [turned], nextCursor: null })
    for (const path of [`/tickets/${ticketId}`, '/']) {
      const html = await (await get(path)).text()
      expect(html).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
      expect(html).toMatch(/<bdi[^>]*>Opera esuoH<\/bdi>/)
    }
  })

  test.each([
    ['America/Los_Angeles', 'usd', 1999, '2027-06-02T03:00:00.000Z', 'en'],
    ['Asia/Calcutta', 'huf', 1750050, '2027-06-02T03:00:00.000Z', 'en'],
    ['US/Pacific', 'jpy', 5000, '2027-06-02T03:00:00.000Z', 'de'],
    ['Europe/Vienna', 'kwd', 1250, '2027-10-31T01:30:00.000Z', 'de'],
    ['Europe/Vienna', 'eur', 125050, '2027-10-31T00:30:15.250Z', 'de-CH'],
    [undefined, 'isk', 500, '2027-06-02T03:00:00.000Z', 'en-IN'],
    ['Europe/Kiev', 'dem', 1234, '2027-06-02T03:00:00.000Z', 'de'],
  ])(
    'a form in %p and %p that is saved untouched changes nothing',
    async (timeZone, currency, priceCents, startsAt, locale) => {
      const own = {
        ...ticket,
        sellerId: user.id,
        title: ' Jazz  & \u202eall ',
        timeZone,
        currency,
        priceCents,
        startsAt,
        description: 'a\r\nb\nc',
      }
      answers[`GET /api/tickets/${ticketId}`] = json(own)
      const headers = { ...signedIn, 'accept-language': locale }
      const html = await (await get(`/listings/${ticketId}`, headers)).text()
      const fields: Record<string, string> = { intent: 'save' }
      const plain = (text: string) => text.replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&#39;', "'")
      for (const name of ['title', 'venue', 'city', 'startsAt', 'price'])
        fields[name] = plain(new RegExp(`<input[^>]*name="${name}"[^>]*value="([^"]*)"`).exec(html)?.[1] ?? '')
      for (const name of ['timeZone', 'currency']) {
        const select = new RegExp(`<select[^>]*name="${name}".*?</select>`, 's').exec(html)?.[0] ?? ''
        fields[name] =
          /<option[^>]*value="([^"]*)"[^>]* selected/.exec(select)?.[1] ?? /value="([^"]*)"/.exec(select)?.[1] ?? ''
      }
      // Browsers send two characters for each line break.
      fields.description = plain(/<textarea[^>]*>(.*?)<\/textarea>/s.exec(html)?.[1] ?? '').replace(/\r?\n/g, '\r\n')
      expect(fields.timeZone).toBe(timeZone ?? 'UTC')
      expect(fields.currency).toBe(currency)
      const saved = await post(`/listings/${ticketId}`, fields, headers)
      expect([saved.status, saved.headers.get('location')]).toEqual([303, '/listings?done=saved'])
      expect(callTo(`PUT /api/tickets/${ticketId}`)).toEqual([])
    },
  )

  test.each([
    ['1,250.00', 'usd', 'en', 125000],
    ['1.250,50', 'eur', 'de', 125050],
    ['1 000', 'eur', 'de', 100000],
    ['CHF 1’000.-', 'chf', 'de-CH', 100000],
    ['5,000', 'jpy', 'en', 5000],
  ])('the price %p in %p, written in %p, is %p', async (price, currency, locale, priceCents) => {
    answers['POST /api/tickets'] = json(ticket, 201)
    const listed = await post('/sell', { ...listing, price, currency }, { ...signedIn, 'accept-language': locale })
    expect(listed.status).toBe(303)
    expect(JSON.parse(callTo('POST /api/tickets')[0]?.body ?? '')).toMatchObject({ priceCents, currency })
  })

  test('a price below what Stripe takes is told in the currency, and not sent', async () => {
    const page = await post('/sell', { ...listing, price: '50', currency: 'huf' }, signedIn)
    expect([page.status, alertIn(await page.text())]).toEqual([400, expect.stringContaining('HUF\u00a0175.00')])
    expect(callTo('POST /api/tickets')).toEqual([])
  })

  test('a long form survives its own refusal', async () => {
    const description = `${'x'.repeat(123)}\r\n`.repeat(40)
    answers['POST /api/tickets'] = refusal(400, 'request_validation', 'must not be empty', 'title')
    const again = await (
      await post('/sell', { ...listing, title: '\u200b', price: '5', currency: 'usd', description }, signedIn)
    ).text()
    expect(/<textarea[^>]*>(.*?)<\/textarea>/s.exec(again)?.[1]?.replace(/\r/g, '')).toHaveLength(
      description.replace(/\r/g, '').length,
    )
  })

  test('a session that ends while a form is filled in loses nothing', async () => {
    const ended = refusal(401, 'not_authenticated', 'Sign in first')
    answers['GET /api/users/currentuser'] = json({ currentUser: null })
    answers['POST /api/tickets'] = ended
    answers[`PUT /api/tickets/${ticketId}`] = ended
    const typed = { ...listing, title: 'My long work', price: '24.50', currency: 'usd', description: 'Row 7' }
    for (const path of ['/sell', `/listings/${ticketId}`]) {
      const page = await post(path, { ...typed, intent: 'save' })
      const html = await page.text()
      expect([path, page.status]).toEqual([path, 401])
      for (const value of ['My long work', '24.50', 'Row 7', '2027-03-01T20:00']) expect(html).toContain(value)
      expect(html).toContain('href="/signin"')
      expect(alertIn(html)).toContain('session has ended')
    }
    answers['POST /api/orders'] = ended
    expect((await post(`/tickets/${ticketId}`, {})).headers.get('location')).toBe(
      `/signin?next=%2Ftickets%2F${ticketId}`,
    )
  })

  test('a show that has begun is neither offered nor in stock', async () => {
    answers[`GET /api/tickets/${ticketId}`] = json({ ...ticket, startsAt: new Date(Date.now() - 1000).toISOString() })
    const html = await (await get(`/tickets/${ticketId}`)).text()
    expect(html).toContain('has begun')
    expect(html).not.toMatch(/<button[^>]*>[^<]*Buy/)
    expect(html).not.toContain('InStock')
  })

  test('a start is told with the offset of its venue', async () => {
    answers[`GET /api/tickets/${ticketId}`] = json({
      ...ticket,
      startsAt: '2027-06-02T03:00:00.000Z',
      timeZone: 'America/Los_Angeles',
    })
    expect(await (await get(`/tickets/${ticketId}`)).text()).toContain('"startDate":"2027-06-01T20:00:00-07:00"')
  })

  test('what somebody searched for is no page to index, and has no address of its own', async () => {
    for (const path of ['/?q=jazz', '/?city=Oslo', '/?sort=cheapest']) {
      const html = await (await get(path)).text()
      expect(html).toContain('content="noindex"')
      expect(html).not.toContain('rel="canonical"')
    }
    expect(await (await get('/')).text()).toContain(`rel="canonical" href="${origin}/"`)
  })

  test('signing in, or choosing a language, leads back to the page', async () => {
    const html = await (await get('/?q=jazz&sort=cheapest')).text()
    expect(html).toContain('href="/signin?next=%2F%3Fq%3Djazz%26sort%3Dcheapest"')
    expect(html).toContain('href="/signup?next=%2F%3Fq%3Djazz%26sort%3Dcheapest"')
    expect(html).toMatch(/name="next" value="\/\?q=jazz&amp;sort=cheapest"/)
    expect(await (await get('/signin?next=%2Fsell')).text()).toContain('href="/signin?next=%2Fsell"')
  })

  test('hidden keys do not survive Back, and one that does presses BUY anew when its order is over', async () => {
    for (const path of [`/tickets/${ticketId}`, '/sell', `/orders/${ticketId}`]) {
      const html = await (await get(path, signedIn)).text()
      for (const [field] of html.matchAll(/<input[^>]*name="idempotencyKey"[^>]*>/g))
        expect(field).toContain('autocomplete="off"')
    }
    const old = { 'idempotency-replayed': 'true', 'content-type': 'application/json' }
    const keys: (string | null)[] = []
    answers['POST /api/orders'] = (request) => {
      keys.push(request.headers.get('idempotency-key'))
      if (keys.length > 1) return Response.json({ ...order, id: 'fresh' }, { status: 201 })
      return new Response(JSON.stringify(order), { status: 201, headers: old })
    }
    answers[`GET /api/orders/${ticketId}`] = json({ ...order, status: 'cancelled' })
    const key = 'a-key-of-an-old-page'
    const again = await post(`/tickets/${ticketId}`, { idempotencyKey: key }, signedIn)
    expect(again.headers.get('location')).toBe('/orders/fresh')
    expect(keys[0]).toBe(key)
    expect(keys[1]).not.toBe(key)
    // The same press twice, while the order is open, is one.
    keys.length = 0
    answers[`GET /api/orders/${ticketId}`] = json(order)
    expect((await post(`/tickets/${ticketId}`, { idempotencyKey: key }, signedIn)).headers.get('location')).toBe(
      `/orders/${ticketId}`,
    )
    expect(keys).toHaveLength(1)
  })

  test('a refusal is in the title, and where the keyboard is', async () => {
    answers['POST /api/users/signin'] = refusal(401, 'invalid_credentials', 'Email or password is wrong')
    const html = await (await post('/signin', { email: 'a@example.test', password: 'x' })).text()
    expect(/<title[^>]*>([^<]*)/.exec(html)?.[1]).toContain('Not sent: Sign in')
    expect(html).toMatch(/<div[^>]*role="alert"[^>]*tabindex="-1"[^>]*autofocus/)
  })

  test('a form that is sent from another address of this server says which is the right one', async () => {
    const other = origin.replace('localhost', '127.0.0.1')
    const sent = (path: string, type: string, language = 'en') =>
      fetch(`${other}${path}`, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin: other, 'content-type': type, 'accept-language': language },
      })
    const page = await sent('/signin', 'application/x-www-form-urlencoded')
    expect(page.status).toBe(403)
    expect(await page.text()).toContain(`<a href="${origin}/">${origin}</a>`)
    expect(await (await sent('/signin', 'application/x-www-form-urlencoded', 'de')).text()).toContain('anderen Adresse')
    const api = await sent('/api/users/signin', 'application/json')
    expect([api.status, (await api.json()).errors[0].message]).toEqual([403, expect.stringContaining(origin)])
    const strange = await post('/signin', {}, { origin: 'https://evil.example' })
    expect([strange.status, (await strange.text()).includes(origin)]).toEqual([403, false])
  })

  test.each([
    '/api/docs',
    '/api/openapi.json',
    '/',
    `/tickets/${ticketId}`,
    '/signin',
    '/robots.txt',
    '/healthz',
    '/readyz',
    `/live?ids=${ticketId}`,
    '/favicon.svg',
  ])('HEAD %s answers as GET does', async (path) => {
    answers['GET /internal/openapi.json'] = json({
      openapi: '3.1.0',
      info: { description: '' },
      servers: [],
      paths: {},
      components: { schemas: {}, securitySchemes: {} },
    })
    const head = await fetch(`${origin}${path}`, { method: 'HEAD', redirect: 'manual' })
    const aborted = new AbortController()
    const whole = await fetch(`${origin}${path}`, { redirect: 'manual', signal: aborted.signal })
    expect([head.status, head.headers.get('content-type')]).toEqual([whole.status, whole.headers.get('content-type')])
    aborted.abort()
  })
})

// Last: it ends the app.
test('SIGTERM lets what is under way be answered, then ends the app within 5 s', async () => {
  const isAsked = Promise.withResolvers<void>()
  answers['GET /api/tickets'] = () => {
    isAsked.resolve()
    const slow = new ReadableStream({
      async start(controller) {
        await Bun.sleep(300)
        controller.enqueue(new TextEncoder().encode('{"slow":true}'))
        controller.close()
      },
    })
    return new Response(slow, { headers: { 'content-type': 'application/json' } })
  }
  const answer = get('/api/tickets')
  await isAsked.promise
  const started = performance.now()
  child?.kill('SIGTERM')
  expect(await (await answer).json()).toEqual({ slow: true })
  expect(await child?.exited).toBe(0)
  expect(performance.now() - started).toBeLessThan(5000)
})
