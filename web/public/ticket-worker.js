// Shows a bought ticket where there is no network, from what its own page has kept (src/offline/kept-tickets.ts). It keeps
// nothing itself, and looks at nothing but the pages of orders.

const cachePrefix = 'tickets-of-'
const orderPage = /^\/orders\/[0-9a-f]{24}\/?$/
/** A network that answers nothing for so long is none, in milliseconds. */
const patienceMs = 4_000

const keptPage = async (pathname) => {
  for (const name of await caches.keys()) {
    if (!name.startsWith(cachePrefix)) continue
    const kept = await (await caches.open(name)).match(pathname.replace(/\/$/, ''))
    if (kept) return kept
  }
  return undefined
}

const answer = async (request, pathname) => {
  const asked = fetch(request)
  const late = new Promise((resolve) => setTimeout(resolve, patienceMs))
  const first = await Promise.race([asked.catch(() => undefined), late])
  return first ?? (await keptPage(pathname)) ?? asked
}

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('fetch', (event) => {
  const { request } = event
  const { pathname } = new URL(request.url)
  if (request.mode === 'navigate' && request.method === 'GET' && orderPage.test(pathname))
    event.respondWith(answer(request, pathname))
})
