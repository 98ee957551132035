import { createHash, timingSafeEqual } from 'node:crypto'
import * as v from 'valibot'
import { readBody } from '../gateway/body.ts'
import type { Change } from './changes.ts'

// The component gives each replica a consumer group of its own, so each gets every change; see components/live.yaml.
const COMPONENT = 'live'
const TOPICS = ['ticket.created', 'ticket.updated', 'ticket.withdrawn']
const MAX_BYTES = 64 * 1024
const READ_MS = 5000
// A new group is told what Redis still has, from the beginning. Pages that are open now have seen all that.
const OLD_MS = 60_000

const Event = v.object({
  type: v.optional(v.string()),
  time: v.optional(v.string()),
  data: v.object({
    id: v.string(),
    version: v.number(),
    status: v.picklist(['available', 'reserved', 'sold', 'withdrawn']),
  }),
})

const digest = (text: string) => createHash('sha256').update(text).digest()
const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other))

interface SidecarOptions {
  /** What the sidecar shows; this app is public, so without one nobody is taken for the sidecar. */
  appApiToken: string | undefined
  changes: { tell: (change: Change, isNew: boolean) => void }
}

/** Answers what the sidecar asks of this app and what it delivers; undefined to everybody else. */
export const createSidecarAnswers =
  ({ appApiToken, changes }: SidecarOptions) =>
  async (request: Request, pathname: string): Promise<Response | undefined> => {
    const shown = request.headers.get('dapr-api-token')
    if (!appApiToken || !shown || !isSame(shown, appApiToken)) return undefined
    if (request.method === 'GET' && pathname === '/dapr/subscribe') {
      return Response.json(TOPICS.map((topic) => ({ pubsubname: COMPONENT, topic, route: '/events/ticket' })))
    }
    if (request.method !== 'POST' || pathname !== '/events/ticket') return undefined
    const read = v.safeParse(Event, await bodyOf(request))
    const isNew = read.success && Date.now() - Date.parse(read.output.time ?? '') < OLD_MS
    if (isNew) {
      const { id, status, version } = read.output.data
      changes.tell({ id, status, version }, read.output.type === 'ticket.created')
    }
    // What cannot be read now cannot be read later either.
    return Response.json({ status: 'SUCCESS' })
  }

const bodyOf = async (request: Request): Promise<unknown> => {
  try {
    const bytes = await readBody(request, AbortSignal.timeout(READ_MS), MAX_BYTES)
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
