import { afterAll, expect, spyOn, test } from 'bun:test'
import { createSitemap } from './sitemap.ts'

const tickets = { pages: ['a'], isThere: true, asked: 0 }
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: () => {
    tickets.asked++
    return tickets.isThere ? Response.json({ pages: tickets.pages }) : new Response('', { status: 503 })
  },
})
const clock = spyOn(performance, 'now')
afterAll(async () => {
  clock.mockRestore()
  await server.stop(true)
})

const sitemap = createSitemap({
  publicOrigin: 'http://fairpass.example',
  daprEndpoint: `http://127.0.0.1:${server.port}`,
  daprApiToken: undefined,
})
const index = async () => {
  const answer = await sitemap('/sitemap.xml')
  return answer?.status === 200 ? [...(await answer.text()).matchAll(/sitemaps\/(\w)\.xml/g)].map(([, id]) => id) : []
}

// Guarantee: the list of pages grows with the market, and nobody waits for it to be read again.
test('the list of pages is read anew behind who asks for it, once, and not kept for ever', async () => {
  clock.mockReturnValue(0)
  expect(await index()).toEqual(['a'])
  tickets.pages = ['a', 'b']
  clock.mockReturnValue(61_000)
  expect(await Promise.all([index(), index()])).toEqual([['a'], ['a']])
  while ((await index()).length < 2) await Bun.sleep(1)
  expect(tickets.asked).toBe(2)

  tickets.isThere = false
  clock.mockReturnValue(200_000)
  expect(await index()).toEqual(['a', 'b'])
  clock.mockReturnValue(61_000 + 3_600_000)
  expect(await index()).toEqual([])
})
