import { currentTrace } from '@fairpass/sdk/telemetry/trace'
import * as v from 'valibot'
import { createReadSidecar } from '../gateway/read-sidecar.ts'
import type { Settings } from './environment.ts'

type Where = Pick<Settings, 'publicOrigin' | 'daprEndpoint' | 'daprApiToken'>

const timeoutMs = 10_000
const maxAgeSeconds = 3600
/** After how long the list of pages, which grows with the market, is read anew, while nobody waits for it. */
const freshMs = 60_000
/** How long it is kept: as long as crawlers may keep it. */
const keptMs = maxAgeSeconds * 1_000
/** A page begins with a listing's id. */
const sitemapPagePath = /^\/sitemaps\/(home|[0-9a-f]{24})\.xml$/

const Pages = v.object({ pages: v.array(v.string()) })
const Listings = v.object({ ids: v.array(v.string()) })

/** No pages are listed here: those that must not be indexed say so themselves, which a crawler has to read. */
const noPages = ['/api/', '/live']

const xmlOf = (root: 'sitemapindex' | 'urlset', entries: readonly string[]): string => {
  const entry = root === 'urlset' ? 'url' : 'sitemap'
  const body = entries.map((address) => `<${entry}><loc>${address}</loc></${entry}>`).join('\n')
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${body}\n</${root}>\n`
}

const answerWith = (xml: string): Response =>
  new Response(xml, {
    headers: { 'content-type': 'application/xml', 'cache-control': `public, max-age=${maxAgeSeconds}` },
  })

const createReader = (settings: Where) => {
  const read = createReadSidecar(settings)
  return async <S extends v.GenericSchema>(schema: S, path: string): Promise<v.InferOutput<S> | undefined> => {
    const { traceparent } = currentTrace() ?? {}
    const answer = await read(`invoke/tickets/method/internal/sitemap/${path}`, { timeoutMs, traceparent })
    if (!answer?.ok) return undefined
    const parsed = v.safeParse(schema, await answer.json().catch(() => undefined))
    return parsed.success ? parsed.output : undefined
  }
}

/** /robots.txt, /sitemap.xml and the pages it names; undefined for any other path. */
export const createSitemap = (settings: Where) => {
  const { publicOrigin } = settings
  const readFromTickets = createReader(settings)
  // Crawlers come back; an empty sitemap would make them forget what was in it.
  const unavailable = () => new Response('Not available right now\n', { status: 503, headers: { 'retry-after': '60' } })

  let kept: { xml: string; freshUntil: number; until: number } | undefined
  const readIndexOfPages = async (): Promise<string | undefined> => {
    const found = await readFromTickets(Pages, 'pages')
    if (found === undefined) return undefined
    const xml = xmlOf(
      'sitemapindex',
      ['home', ...found.pages].map((page) => `${publicOrigin}/sitemaps/${page}.xml`),
    )
    const now = performance.now()
    // The first listing need not wait.
    if (found.pages.length > 0) kept = { xml, freshUntil: now + freshMs, until: now + keptMs }
    return xml
  }
  const indexOfPages = async (): Promise<string | undefined> => {
    const now = performance.now()
    if (kept === undefined || now >= kept.until) return readIndexOfPages()
    if (now >= kept.freshUntil) {
      // Others need not read it as well; if this fails, the next to come after its time-out does.
      kept.freshUntil = now + timeoutMs
      void readIndexOfPages()
    }
    return kept.xml
  }

  return async (pathname: string): Promise<Response | undefined> => {
    if (pathname === '/robots.txt') {
      const rules = noPages.map((path) => `Disallow: ${path}`).join('\n')
      return new Response(`User-agent: *\n${rules}\n\nSitemap: ${publicOrigin}/sitemap.xml\n`, {
        headers: { 'content-type': 'text/plain; charset=utf-8' },
      })
    }
    if (pathname === '/sitemap.xml') {
      const xml = await indexOfPages()
      return xml === undefined ? unavailable() : answerWith(xml)
    }
    const page = sitemapPagePath.exec(pathname)?.[1]
    if (page === undefined) return undefined
    if (page === 'home') return answerWith(xmlOf('urlset', [`${publicOrigin}/`]))
    const found = await readFromTickets(Listings, `listings?from=${page}`)
    if (found === undefined) return unavailable()
    const listings = found.ids.map((id) => `${publicOrigin}/tickets/${id}`)
    return answerWith(xmlOf('urlset', listings))
  }
}
