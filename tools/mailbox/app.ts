import { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { type Fault, type Faults, faultKinds } from './faults.ts'
import type { Mailbox } from './mailbox.ts'
import { listPage, messagePage } from './pages.ts'

/** A link of a mail opens beside it; nothing in a mail runs, loads or sends anything. */
const mailPolicy =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"

const isFault = (value: unknown): value is Fault => {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false
  const { kind, count, to } = value as Record<string, unknown>
  const isCounted = count === undefined || (Number.isInteger(count) && Number(count) > 0)
  return faultKinds.some((one) => one === kind) && isCounted && (to === undefined || typeof to === 'string')
}

/** What has arrived: pages for people, JSON for tests, and faults on demand. */
export const createMailboxApp = ({ mailbox, faults }: { mailbox: Mailbox; faults: Faults }) =>
  new Hono()
    .get('/healthz', (c) => c.json({ status: 'alive' }))
    .get('/api/messages', async (c) => {
      const limit = Number(c.req.query('limit') ?? 1_000)
      if (!Number.isInteger(limit) || limit < 1 || limit > 10_000) return c.json({ error: 'limit is 1 to 10000' }, 400)
      return c.json({ messages: await mailbox.list(c.req.query('to'), limit) })
    })
    .delete('/api/messages', (c) => {
      mailbox.clear()
      return c.body(null, 204)
    })
    .get('/api/faults', (c) => c.json({ faults: faults.list() }))
    .post('/api/faults', async (c) => {
      const fault: unknown = await c.req.json().catch(() => undefined)
      if (!isFault(fault)) return c.json({ error: `kind is one of ${faultKinds.join(', ')}` }, 400)
      faults.add(fault)
      return c.body(null, 204)
    })
    .delete('/api/faults', (c) => {
      faults.clear()
      return c.body(null, 204)
    })
    .use('/', secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'unsafe-inline'"] } }))
    .get('/', async (c) => c.html(listPage(await mailbox.list(c.req.query('to'), 200))))
    .get('/messages/:id', async (c) => {
      const message = await mailbox.find(Number(c.req.param('id')))
      return message ? c.html(messagePage(message)) : c.notFound()
    })
    .get('/messages/:id/html', async (c) => {
      const message = await mailbox.find(Number(c.req.param('id')))
      if (!message) return c.notFound()
      c.header('content-security-policy', mailPolicy)
      return c.html(`<base target="_blank">${message.html}`)
    })
