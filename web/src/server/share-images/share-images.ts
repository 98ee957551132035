import { pause } from '@fairpass/sdk/run-periodically'
import * as v from 'valibot'
import { Ticket } from '../../domain/schemas/ticket.ts'
import { createReadSidecar } from '../../gateway/read-sidecar.ts'
import { traceOf } from '../../gateway/trace.ts'
import type { Settings } from '../environment.ts'
import { createLog } from '../log.ts'

const imagePath = /^\/cards\/([\w-]{1,64})\.png$/
const timeoutMs = 5000
const maxImages = 200
// Drawing blocks everything else for a moment, so requests for many pictures must not add up.
const pauseBetweenMs = 500
const maxWaiting = 4

const defaultImage = '/card.png'

type Draw = (ticket: Ticket) => Promise<Uint8Array<ArrayBuffer> | undefined>

const draw: Draw = async (ticket) => {
  // Fonts and drawing are large, and most processes are never asked.
  const { drawShareImage, isDrawable } = await import('./draw')
  return isDrawable(ticket) ? drawShareImage(ticket) : undefined
}

/** What a picture shows; equal data give the same picture. */
const idempotencyKeyOf = ({ id, title, venue, city, startsAt, timeZone, priceCents, currency }: Ticket): string =>
  JSON.stringify([id, title, venue, city, startsAt, timeZone, priceCents, currency])

/** Pictures one after another, the newest kept; undefined when there are too many to draw now. */
export const createImageQueue = (draw: Draw, pauseMs = pauseBetweenMs) => {
  const images = new Map<string, Uint8Array<ArrayBuffer> | undefined>()
  let waiting = 0
  let lastInQueue: Promise<unknown> = Promise.resolve()
  return async (ticket: Ticket): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const key = idempotencyKeyOf(ticket)
    if (images.has(key)) return images.get(key)
    if (waiting >= maxWaiting) return undefined
    waiting += 1
    const mine = lastInQueue.then(async () => {
      if (images.has(key)) return images.get(key)
      const image = await draw(ticket)
      const [oldest] = images.keys()
      if (images.size >= maxImages && oldest !== undefined) images.delete(oldest)
      images.set(key, image)
      return image
    })
    lastInQueue = mine.catch(() => {}).then(() => pause(pauseMs))
    return mine.finally(() => {
      waiting -= 1
    })
  }
}

const redirectToDefault = () =>
  new Response(null, { status: 302, headers: { location: defaultImage, 'cache-control': 'public, max-age=60' } })

/** /cards/ID.png: a ticket as a picture, or the one of all Fairpass where it cannot be drawn; undefined elsewhere. */
export const createShareImages = (settings: Settings) => {
  const readSidecar = createReadSidecar(settings)
  const imageOf = createImageQueue(draw)
  const log = createLog(settings.logLevel)
  return async (pathname: string, request: Request): Promise<Response | undefined> => {
    const id = imagePath.exec(pathname)?.[1]
    if (id === undefined) return undefined
    const { traceparent, traceId } = traceOf(request.headers.get('traceparent'))
    const answer = await readSidecar(`invoke/tickets/method/api/tickets/${id}`, { timeoutMs, traceparent })
    if (answer?.status === 404) return new Response(null, { status: 404 })
    const read = v.safeParse(Ticket, await answer?.json().catch(() => undefined))
    if (!read.success) return redirectToDefault()
    if (read.output.status === 'withdrawn') return new Response(null, { status: 410 })
    const image = await imageOf(read.output).catch((error: unknown) => {
      log('error', 'card not drawn', { traceId, error: String(error) })
      return undefined
    })
    if (image === undefined) return redirectToDefault()
    return new Response(image, { headers: { 'content-type': 'image/png', 'cache-control': 'public, max-age=3600' } })
  }
}
