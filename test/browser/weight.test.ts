import { beforeAll, describe, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { eventually, listTicket } from '../marketplace.ts'
import { expectStatus } from '../visitor.ts'
import { useBrowser } from './window.ts'

// What a page costs its reader, as Chromium sees it.

const { market, open } = useBrowser()
const maxScriptBytes = 45_000
const maxShift = 0.01

const watchShifts = `window.shift = 0
window.moved = []
new PerformanceObserver((list) => {
  for (const { hadRecentInput, value, sources } of list.getEntries()) {
    if (hadRecentInput) continue
    window.shift += value
    for (const { node } of sources) window.moved.push((node?.outerHTML ?? node?.textContent ?? '?').slice(0, 200))
  }
}).observe({ type: 'layout-shift', buffered: true })`

/** How far, and what, has moved on a page without anybody's doing, if that is more than nobody sees. */
const movedOn = (page: Page) =>
  page.evaluate<unknown[]>(`window.shift < ${maxShift} ? [] : [window.shift, ...window.moved]`)

let ticket = ''
let heldTicket = ''

beforeAll(async () => {
  ticket = `/tickets/${(await listTicket(market(), { title: 'Winterreise' })).ticketId}`
  heldTicket = (await listTicket(market())).ticketId
}, 240_000)

/** As it comes to a browser that takes gzip alone; very small files come as they are. */
const sentBytes = async (address: string): Promise<number> => {
  const answer = await fetch(address, { headers: { 'accept-encoding': 'gzip' }, decompress: false })
  return (await answer.arrayBuffer()).byteLength
}

/** Opens a page and waits until nothing more comes: it has been taken over, and what it listens to is open. */
const visit = async (path: string, options: Parameters<typeof open>[0] = {}) => {
  const window = await open({ before: watchShifts, ...options })
  const requests: { kind: string; url: string }[] = []
  window.page.on('request', (request) => requests.push({ kind: request.resourceType(), url: request.url() }))
  const isListening = window.page.waitForResponse((answer) => answer.url().includes('/live?'))
  await window.page.goto(path)
  await isListening
  await window.page.evaluate('document.fonts.ready.then(() => new Promise((done) => setTimeout(done, 300)))')
  return { ...window, requests }
}

describe.each([
  ['home', () => '/'],
  ['ticket', () => ticket],
])('the %s page', (_name, path) => {
  test.each(['en-GB', 'de-DE'])(
    'loads at most 45 kB of scripts, and its HTML is all that it waits for, in %s',
    async (locale) => {
      const { requests, context } = await visit(path(), { locale })
      const scripts = requests.filter(({ kind }) => kind === 'script').map(({ url }) => url)
      expect(scripts.length).toBeGreaterThan(1)
      const sizes = await Promise.all([...new Set(scripts)].map(sentBytes))
      const total = sizes.reduce((sum, size) => sum + size, 0)
      console.log(`${path()} in ${locale}: ${total} bytes of JavaScript, gzipped, in ${sizes.length} files`)
      expect(total).toBeLessThanOrEqual(maxScriptBytes)
      expect(requests.filter(({ kind }) => kind === 'document')).toHaveLength(1)
      // All but the texts are named in the HTML: none waits for another.
      const html = await (await fetch(new URL(path(), market().origin))).text()
      const unnamed = scripts.map((url) => new URL(url).pathname).filter((script) => !html.includes(script))
      expect(unnamed.filter((script) => !/\/(common|search|market)-[\w-]+\.js$/.test(script))).toEqual([])
      // Before it listens for changes a page asks for nothing: its data came with it.
      const untilItListens = requests.slice(
        0,
        requests.findIndex(({ url }) => url.includes('/live?')),
      )
      expect(untilItListens.filter(({ kind }) => kind === 'fetch' || kind === 'xhr')).toEqual([])
      await context.close()
    },
  )

  test.each([390, 1280])('moves nothing after it has come, %i px wide', async (width) => {
    const { page, context } = await visit(path(), { width })
    expect(await movedOn(page)).toEqual([])
    await context.close()
  })
})

test('what is seen of a hold moves nothing either: the line, and the checkout', async () => {
  const [holder, rival] = await Promise.all([market().signedUp(), market().signedUp()])
  const order = expectStatus(await holder.buy(heldTicket), 201).body
  // Whoever looks before that is known sees the hold come, which moves what is below it.
  await eventually(
    () => rival.get(`/api/tickets/${heldTicket}`),
    ({ body }) => body.status === 'reserved',
  )
  expectStatus(await rival.post('/api/orders/waitlist', { ticketId: heldTicket }), 201)
  const { page, context } = await open({ before: watchShifts, of: holder, width: 390 })
  const line = visit(`/tickets/${heldTicket}`, { of: rival, width: 390 })
  await page.goto(`/orders/${order.id}`)
  const left = await page.getByRole('timer').textContent()
  // It has been taken over once it counts.
  await eventually(
    () => page.getByRole('timer').textContent(),
    (now) => now !== left,
  )
  expect(await movedOn(page)).toEqual([])
  const { page: waiting, context: other } = await line
  expect(await movedOn(waiting)).toEqual([])
  await Promise.all([context.close(), other.close()])
})
