import * as v from 'valibot'
import { Ticket } from '../../domain/shapes.ts'
import { traceOf } from '../../gateway/trace.ts'
import type { Settings } from '../environment.ts'
import { createLog } from '../log.ts'

const PATH = /^\/cards\/([\w-]{1,64})\.png$/
const TIMEOUT_MS = 5000
const MAX_KEPT = 200
// Drawing holds up everything else for a moment, so that many strangers' wishes must not add up.
const PAUSE_MS = 500
const MAX_WAITING = 4

const PLAIN_CARD = '/card.png'

type Draw = (ticket: Ticket) => Promise<Uint8Array<ArrayBuffer> | undefined>

const draw: Draw = async (ticket) => {
  // Fonts and drawing are large, and most processes are never asked.
  const { drawCard, isDrawable } = await import('./image')
  return isDrawable(ticket) ? drawCard(ticket) : undefined
}

/** What a picture shows: the same of it is the same picture. */
const keyOf = ({ id, title, venue, city, startsAt, timeZone, priceCents, currency }: Ticket): string =>
  JSON.stringify([id, title, venue, city, startsAt, timeZone, priceCents, currency])

/** Pictures one after another, the newest kept; undefined when there are too many to draw now. */
export const createDrawings = (drawOne: Draw, pauseMs = PAUSE_MS) => {
  const kept = new Map<string, Uint8Array<ArrayBuffer> | undefined>()
  let waiting = 0
  let turn: Promise<unknown> = Promise.resolve()
  return async (ticket: Ticket): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const key = keyOf(ticket)
    if (kept.has(key)) return kept.get(key)
    if (waiting >= MAX_WAITING) return undefined
    waiting += 1
    const mine = turn.then(async () => {
      if (kept.has(key)) return kept.get(key)
      const image = await drawOne(ticket)
      const [oldest] = kept.keys()
      if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest)
      kept.set(key, image)
      return image
    })
    turn = mine.catch(() => {}).then(() => Bun.sleep(pauseMs))
    return mine.finally(() => {
      waiting -= 1
    })
  }
}

const plain = () =>
  new Response(null, { status: 302, headers: { location: PLAIN_CARD, 'cache-control': 'public, max-age=60' } })

/** /cards/ID.png: a ticket as a picture, or the one of all Fairpass where it cannot be drawn; undefined elsewhere. */
export const createShareImages = ({ daprHttpPort, daprApiToken, logLevel }: Settings) => {
  const drawn = createDrawings(draw)
  const log = createLog(logLevel)
  return async (pathname: string, request: Request): Promise<Response | undefined> => {
    const id = PATH.exec(pathname)?.[1]
    if (id === undefined) return undefined
    const { traceparent, traceId } = traceOf(request.headers.get('traceparent'))
    const answer = await fetch(`http://127.0.0.1:${daprHttpPort}/v1.0/invoke/tickets/method/api/tickets/${id}`, {
      headers: { traceparent, ...(daprApiToken ? { 'dapr-api-token': daprApiToken } : {}) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch(() => undefined)
    if (answer?.status === 404) return new Response(null, { status: 404 })
    const read = v.safeParse(Ticket, await answer?.json().catch(() => undefined))
    if (!read.success) return plain()
    if (read.output.status === 'withdrawn') return new Response(null, { status: 410 })
    const image = await drawn(read.output).catch((error: unknown) => {
      log('error', 'card not drawn', { traceId, error: String(error) })
      return undefined
    })
    if (image === undefined) return plain()
    return new Response(image, { headers: { 'content-type': 'image/png', 'cache-control': 'public, max-age=3600' } })
  }
}
