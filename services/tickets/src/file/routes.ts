import { NotFoundError, UnsupportedMediaTypeError } from '@fairpass/sdk/errors'
import { describeRoute, Id, query, someLinesOfText, withOpenApi } from '@fairpass/sdk/http'
import type { SignedInEnv } from '@fairpass/sdk/identity'
import type { ServiceContext } from '@fairpass/sdk/service'
import { type Context, Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import * as v from 'valibot'
import type { Orders } from '../peers/orders.ts'
import type { Resales } from '../resale/resale.ts'
import { EvidenceAnswer, FileLinkAnswer, UploadAnswer } from '../schemas.ts'
import { type Barcode, FileUnreadableError, fileTypes, isFileType, maxFileBytes } from './barcode.ts'
import { calendarOf } from './calendar.ts'
import type { Files } from './files.ts'
import type { FileLinks } from './link.ts'

const UploadQuery = v.object({
  withoutBarcode: v.optional(v.picklist(['true', 'false'], 'must be true or false'), 'false'),
})
const ViewQuery = v.object({ reason: someLinesOfText(500) })

/** A file of these types cannot be sent by a page of another origin without asking first, as JSON cannot. */
export const fileUploads = {
  path: /^\/api\/tickets\/[\w-]{1,64}\/file$/,
  types: Object.keys(fileTypes),
  maxBytes: maxFileBytes,
}

const rawBody = withOpenApi(
  createMiddleware((_, next) => next()),
  {
    requestBody: {
      required: true,
      content: Object.fromEntries(
        Object.keys(fileTypes).map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
      ),
    },
    refuses: ['unsupported_media_type', 'body_too_large'],
  },
)

/** Nobody but who asked is to have it, and no cache is to keep it. */
const sealedHeaders = (c: Context) => {
  c.header('cache-control', 'private, no-store')
  c.header('x-content-type-options', 'nosniff')
  c.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
  c.header('cross-origin-resource-policy', 'same-origin')
}

const sendPdf = (c: Context, pdf: Uint8Array, id: string) => {
  sealedHeaders(c)
  c.header('content-disposition', `attachment; filename="ticket-${id}.pdf"`)
  return c.body(new Uint8Array(pdf), 200, { 'content-type': 'application/pdf' })
}

const sendCode = async (c: Context, barcode: Barcode) => {
  sealedHeaders(c)
  // Loaded when it is first asked for: it takes 14 MB.
  const { drawSvg } = await import('./reader/draw.ts')
  return c.body(drawSvg(barcode), 200, { 'content-type': 'image/svg+xml; charset=utf-8' })
}

/** Why an upload is refused. */
const uploadRefusals = [
  'not_found',
  'file_unreadable',
  'no_barcode',
  'ticket_already_listed',
  'ticket_reserved',
  'ticket_sold',
  'ticket_withdrawn',
  'version_conflict',
  'service_unavailable',
] as const

type Deps = {
  files: Files
  orders: Pick<Orders, 'find'>
  context: Pick<ServiceContext, 'identity' | 'idempotent'>
  publicOrigin: string
  resales: Pick<Resales, 'isSoldOn'>
  links: FileLinks
}

const parse404 = (id: string): string => {
  if (!v.is(Id, id)) throw new NotFoundError('There is nothing here')
  return id
}

export const createUploadRoutes = ({ files, context: { identity, idempotent } }: Deps) =>
  new Hono<SignedInEnv>().post(
    '/api/tickets/:id/file',
    identity.signedIn,
    idempotent,
    rawBody,
    query(UploadQuery),
    describeRoute(
      'Upload the ticket of a listing: it is checked, sealed, and handed to its buyer',
      { 201: UploadAnswer },
      ...uploadRefusals,
    ),
    async (c) => {
      const [type = ''] = (c.req.header('content-type') ?? '').toLowerCase().split(';')
      if (!isFileType(type.trim()))
        throw new UnsupportedMediaTypeError('Send a PDF, PNG, JPEG or .pkpass file under its own content type')
      const bytes = new Uint8Array(await c.req.arrayBuffer())
      if (bytes.length === 0) throw new FileUnreadableError('The file is empty')
      const withoutBarcode = c.req.valid('query').withoutBarcode === 'true'
      const ticketId = c.req.param('id')
      const asked = {
        ticketId,
        sellerId: c.var.user.id,
        bytes,
        type: type.trim() as keyof typeof fileTypes,
        withoutBarcode,
      }
      return c.json(await files.upload(asked), 201)
    },
  )

/** What an admin decides a claim from. */
export const createEvidenceRoutes = ({ files, context: { identity } }: Deps) =>
  new Hono<SignedInEnv>()
    .get(
      '/api/tickets/:id/file/evidence',
      identity.admin,
      describeRoute('When the file of a listing came, and who opened it when', { 200: EvidenceAnswer }, 'not_found'),
      async (c) => {
        const found = await files.evidenceOf(parse404(c.req.param('id')))
        if (!found) throw new NotFoundError('There is no file for this listing')
        const { uploadedAt, barcodes, views } = found
        const shown = views.map(({ at, ...view }) => ({ ...view, at: at.toISOString() }))
        return c.json({ uploadedAt: uploadedAt.toISOString(), barcodes, views: shown })
      },
    )
    .get(
      '/api/tickets/:id/file',
      identity.admin,
      query(ViewQuery),
      describeRoute(
        'Open the file of a listing to decide a claim; the reason is kept with it',
        { 200: { mediaType: 'application/pdf' } },
        'not_found',
      ),
      async (c) => {
        const { reason } = c.req.valid('query')
        const id = parse404(c.req.param('id'))
        const { pdf } = await files.open(id, { userId: c.var.user.id, at: new Date(), reason })
        return sendPdf(c, pdf, id)
      },
    )

/** The buyer of a completed order; to everybody else there is no such order. */
export const findBought = async (orders: Deps['orders'], id: string, userId: string) => {
  const order = await orders.find(parse404(id))
  if (order.buyerId !== userId || order.status !== 'completed') throw new NotFoundError('There is no such order')
  return order
}

/** The same, who still has it: what was sold on is the next buyer's. */
const findHeld = async ({ orders, resales }: Pick<Deps, 'orders' | 'resales'>, id: string, userId: string) => {
  const order = await findBought(orders, id, userId)
  if (await resales.isSoldOn(order.id)) throw new NotFoundError('You have sold this ticket on')
  return order
}

const FileQuery = v.object({ link: v.optional(v.pipe(v.string(), v.maxLength(1_000, 'is too long'))) })

/** Who is signed in, or who has a link that somebody signed in has just made. */
const signedInOrByLink = ({ links, context: { identity } }: Pick<Deps, 'links' | 'context'>) =>
  withOpenApi(
    createMiddleware<SignedInEnv>(async (c, next) => {
      const link = c.req.query('link')
      if (link === undefined) return identity.signedIn(c, next)
      c.set('user', await links.userOf(link, c.req.param('id') ?? ''))
      return next()
    }),
    { security: [{ cookie: [] }, { bearer: [] }, {}], refuses: ['not_authenticated', 'account_banned'] },
  )

export const createLinkRoutes = ({ links, orders, resales, context: { identity }, publicOrigin }: Deps) =>
  new Hono<SignedInEnv>().post(
    '/api/orders/:id/file/link',
    identity.signedIn,
    describeRoute('A link to the ticket that needs no session, for a minute', { 201: FileLinkAnswer }, 'not_found'),
    async (c) => {
      const order = await findHeld({ orders, resales }, c.req.param('id'), c.var.user.id)
      const { token, expiresAt } = links.make(order.id, c.var.user)
      c.header('cache-control', 'private, no-store')
      const url = `${publicOrigin}/api/orders/${order.id}/file?link=${token}`
      return c.json({ url, expiresAt: expiresAt.toISOString() }, 201)
    },
  )

export const createBuyerRoutes = ({ files, orders, resales, links, context, publicOrigin }: Deps) => {
  const { identity } = context
  return new Hono<SignedInEnv>()
    .get(
      '/api/orders/:id/file',
      signedInOrByLink({ links, context }),
      query(FileQuery),
      describeRoute(
        'The ticket itself, for the buyer of a completed order',
        { 200: { mediaType: 'application/pdf' } },
        'not_found',
      ),
      async (c) => {
        const order = await findHeld({ orders, resales }, c.req.param('id'), c.var.user.id)
        const { pdf } = await files.open(order.ticketId, { userId: c.var.user.id, at: new Date() })
        return sendPdf(c, pdf, order.id)
      },
    )
    .get(
      '/api/orders/:id/code',
      identity.signedIn,
      describeRoute(
        'The code of a bought ticket, drawn anew as a scanner likes it',
        { 200: { mediaType: 'image/svg+xml' } },
        'not_found',
      ),
      async (c) => {
        const order = await findHeld({ orders, resales }, c.req.param('id'), c.var.user.id)
        const { barcode } = await files.open(order.ticketId, { userId: c.var.user.id, at: new Date() })
        if (!barcode) throw new NotFoundError('No barcode was found on this ticket')
        return sendCode(c, barcode)
      },
    )
    .get(
      '/api/orders/:id/calendar',
      identity.signedIn,
      describeRoute(
        'The event of a bought ticket for a calendar',
        { 200: { mediaType: 'text/calendar' } },
        'not_found',
      ),
      async (c) => {
        const order = await findBought(orders, c.req.param('id'), c.var.user.id)
        c.header('cache-control', 'private, no-store')
        c.header('content-disposition', 'attachment; filename="event.ics"')
        return c.body(calendarOf(order, publicOrigin), 200, { 'content-type': 'text/calendar; charset=utf-8' })
      },
    )
}
