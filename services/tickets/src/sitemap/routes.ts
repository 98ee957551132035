import { Id, onlyFrom, query } from '@fairpass/sdk/http'
import { Hono } from 'hono'
import * as v from 'valibot'
import type { SitemapPages } from './pages.ts'

const From = v.object({ from: Id })

/** For the web app's sitemap: where its pages begin, and the listings of one page. */
export const createSitemapRoutes = (pages: SitemapPages) =>
  new Hono()
    .use('/internal/sitemap/*', onlyFrom('web'))
    .get('/internal/sitemap/pages', async (c) => {
      const starts = await pages.starts()
      if (starts.length > 0) return c.json({ pages: starts })
      // The first listings are there before the next round.
      await pages.extend(new Date())
      return c.json({ pages: await pages.starts() })
    })
    .get('/internal/sitemap/listings', query(From), async (c) =>
      c.json({ ids: await pages.listings(c.req.valid('query').from, new Date()) }),
    )
