import { Id, onlyFrom, query } from '@fairpass/sdk/http'
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Tickets } from './store.ts'

/** What the sitemap protocol allows in one file, https://www.sitemaps.org/protocol.html */
const pageSize = 50_000
const maxPages = 1_000

const From = v.object({ from: Id })

/** For the web app's sitemap: where its pages begin, and the listings of one page. */
export const createSitemapRoutes = (tickets: Tickets, size = pageSize) =>
  new Hono()
    .use('/internal/sitemap/*', onlyFrom('web'))
    .get('/internal/sitemap/pages', async (c) => {
      const pages: string[] = []
      let start = await tickets.listedAfter('', 0, new Date())
      while (start !== undefined && pages.length < maxPages) {
        pages.push(start)
        start = await tickets.listedAfter(start, size, new Date())
      }
      return c.json({ pages })
    })
    .get('/internal/sitemap/listings', query(From), async (c) =>
      c.json({ ids: await tickets.listedFrom(c.req.valid('query').from, size, new Date()) }),
    )
