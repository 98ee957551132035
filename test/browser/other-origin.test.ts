import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eventually, listTicket } from '../marketplace.ts'
import { expectStatus, type Visitor } from '../visitor.ts'
import { useBrowser } from './window.ts'

// What a page of another site can do with a visitor's session: nothing.

const { market, open } = useBrowser()

const page = '<!doctype html><title>Win a ticket</title><body></body>'
const evil = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request) => {
    const headers = new Headers({ 'content-type': 'text/html' })
    if (new URL(request.url).pathname === '/sandboxed')
      headers.set('content-security-policy', 'sandbox allow-scripts allow-forms')
    return new Response(page, { headers })
  },
})
afterAll(() => evil.stop(true))

/** Whose page it is. Another port of this host is another origin of the same site, whose requests carry the cookies. */
const attackers = {
  'another site': `http://127.0.0.1:${evil.port}/`,
  'another origin of the same site': `http://localhost:${evil.port}/`,
  'a sandbox without an origin': `http://localhost:${evil.port}/sandboxed`,
}

let victim: Visitor & { id: string; email: string }
let ticketId: string
let targets: { method: string; path: string }[]

beforeAll(async () => {
  const { seller, ticketId: own } = await listTicket(market())
  victim = seller
  ticketId = own
  const ids = { '{ticketId}': ticketId, '{code}': '7KQ2-M4XD-9TFA-R0ZB' }
  const idOf = (path: string) => (path.startsWith('/api/tickets') ? ticketId : victim.id)
  const described = Object.entries(market().contract.document.paths).flatMap(([path, byMethod]) =>
    Object.keys(byMethod).map((method) => ({
      method: method.toUpperCase(),
      path: Object.entries({ ...ids, '{id}': idOf(path) }).reduce((to, [name, id]) => to.replace(name, id), path),
    })),
  )
  const forms = ['/signout', '/signin', '/signup', '/sell', '/listings', '/admin', '/account', `/tickets/${ticketId}`]
  targets = [...described, ...forms.map((path) => ({ method: 'POST', path }))]
}, 240_000)

/** All that a page's script can send to an address, with the visitor's cookies; returns what it could read. */
const attack = async ([origin, targets, json]: [string, { method: string; path: string }[], string]) => {
  const read: string[] = []
  const submit = (action: string, enctype: string, name: string, value: string) =>
    new Promise<void>((done) => {
      const frame = Object.assign(document.createElement('iframe'), { name: `frame-${Math.random()}` })
      const form = Object.assign(document.createElement('form'), {
        action,
        method: 'post',
        enctype,
        target: frame.name,
      })
      form.append(Object.assign(document.createElement('input'), { name, value }))
      document.body.append(frame, form)
      frame.addEventListener('load', () => done())
      form.submit()
    })
  const send = (url: string, init: RequestInit) =>
    fetch(url, { credentials: 'include', ...init }).then(
      async (answer) => {
        if (answer.type !== 'opaque') read.push(`${init.method} ${url} ${answer.status} ${await answer.text()}`)
      },
      () => {},
    )
  const look = (url: string) =>
    new Promise<void>((done) => {
      const image = new Image()
      image.onload = () => {
        read.push(`image ${url}`)
        done()
      }
      image.onerror = () => done()
      image.src = url
    })
  const call = async (method: string, url: string) => {
    const body = json
    if (method === 'GET') return Promise.all([look(url), send(url, { method }), send(url, { method, mode: 'no-cors' })])
    await send(url, { method, body, headers: { 'content-type': 'application/json' } })
    if (method !== 'POST') return
    navigator.sendBeacon(url, new Blob([json], { type: 'text/plain' }))
    return Promise.all([
      send(url, { method, body, headers: { 'content-type': 'text/plain' }, mode: 'no-cors' }),
      send(url, { method, body: new URLSearchParams({ title: 'x' }), mode: 'no-cors' }),
      submit(url, 'application/x-www-form-urlencoded', 'title', 'x'),
      submit(url, 'text/plain', `${json.slice(0, -1)},"x":"`, '"}'),
    ])
  }
  // A frame that never fires `load` does not block the test: whether its request was answered is counted outside.
  const within = (call: Promise<unknown>) => Promise.race([call, new Promise((done) => setTimeout(done, 1_500))])
  const left = [...targets]
  const workThrough = async () => {
    for (let target = left.shift(); target; target = left.shift())
      await within(call(target.method, origin + target.path))
  }
  await Promise.all(Array.from({ length: 6 }, workThrough))
  return read
}

const stateOf = () =>
  Promise.all(
    ['/api/users/currentuser', '/api/users/sessions', `/api/tickets/${ticketId}`, '/api/orders'].map(
      async (path) => expectStatus(await victim.get(path), 200).body,
    ),
  )

for (const [name, address] of Object.entries(attackers))
  test(`${name} neither reads nor changes anything with the cookies of a visitor`, async () => {
    const before = await stateOf()
    const { page, context } = await open({ of: victim })
    const { origin } = market()
    const answered: { method: string; path: string; status: number }[] = []
    const withCookie: Promise<boolean | undefined>[] = []
    page.on('response', (answer) => {
      if (!answer.url().startsWith(origin)) return
      const request = answer.request()
      answered.push({ method: request.method(), path: new URL(answer.url()).pathname, status: answer.status() })
      // Of a request that a page has left behind, the browser does not always report what was sent: it then proves nothing.
      const sent = request.allHeaders().then(({ cookie }) => cookie?.includes('access=') === true)
      withCookie.push(Promise.race([sent.catch(() => undefined), Bun.sleep(10_000).then(() => undefined)]))
    })
    await page.goto(address)
    const json = JSON.stringify({ ticketId, title: 'Changed', email: victim.email, password: 'another password' })
    expect(await page.evaluate(attack, [origin, targets, json] as Parameters<typeof attack>[0])).toEqual([])
    const answeredUnsafe = () => answered.filter(({ method }) => method !== 'GET' && method !== 'OPTIONS')
    // Each address that takes a POST was sent at least the two forms and two requests; none let any of them through.
    const unsafe = await eventually(
      async () => answeredUnsafe(),
      (sent) =>
        targets
          .filter(({ method }) => method === 'POST')
          .every(({ path }) => sent.filter((one) => one.path === path).length >= 4),
      20_000,
    )
    expect(unsafe.filter(({ status }) => status !== 403)).toEqual([])
    const seen = (await Promise.all(withCookie)).filter((hadCookie) => hadCookie !== undefined)
    expect(seen.length).toBeGreaterThan(targets.length)
    expect(seen.includes(true)).toBe(name === 'another origin of the same site')
    await page.goto(`${origin}/signout`)
    expect(await stateOf()).toEqual(before)
    await context.close()
  }, 60_000)

test('what is refused is refused for where it comes from: the same calls from our own page pass', async () => {
  const { page, context } = await open({ of: victim })
  await page.goto('/')
  const read = await page.evaluate(attack, [
    market().origin,
    [
      { method: 'GET', path: '/api/users/currentuser' },
      { method: 'PUT', path: `/api/tickets/${ticketId}` },
    ],
    JSON.stringify({ title: 'Changed by its seller' }),
  ] as Parameters<typeof attack>[0])
  expect(read.join('\n')).toContain(victim.email)
  expect(expectStatus(await victim.get(`/api/tickets/${ticketId}`), 200).body.title).toBe('Changed by its seller')
  await context.close()
}, 60_000)
