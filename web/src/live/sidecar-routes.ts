import { createHash, timingSafeEqual } from 'node:crypto'
import * as v from 'valibot'
import { readBody } from '../gateway/body.ts'
import type { TicketChange } from './ticket-changes.ts'

// The component gives each replica a consumer group of its own, so each gets every change; see components/live.yaml.
const pubsubName = 'live'
const ticketTopics = ['ticket.created', 'ticket.updated', 'ticket.withdrawn']
const orderTopics = ['order.created', 'order.cancelled', 'order.completed']
const busyTopics: ReadonlySet<string> = new Set(['ticket.created', ...orderTopics])
const bulkSubscribe = { enabled: true, maxMessagesCount: 100, maxAwaitDurationMs: 200 }
const maxEventBytes = 1024 * 1024
const readTimeoutMs = 5000
// A new consumer group gets what Redis still has, from the beginning; open pages have seen all that.
const maxEventAgeMs = 60_000

const TicketEvent = v.object({
  time: v.optional(v.string()),
  data: v.object({
    id: v.string(),
    version: v.number(),
    status: v.picklist(['available', 'reserved', 'sold', 'withdrawn']),
  }),
})

const ticketStatusOf = {
  created: 'reserved',
  settling: 'reserved',
  completed: 'sold',
  cancelled: 'available',
} as const satisfies Record<string, TicketChange['status']>

/** Events of orders say who holds a ticket; the ticket itself follows a moment later. */
const OrderEvent = v.pipe(
  v.object({
    time: v.optional(v.string()),
    data: v.object({ ticketId: v.string(), status: v.picklist(['created', 'settling', 'completed', 'cancelled']) }),
  }),
  v.transform(({ time, data: { ticketId, status } }) => ({
    time,
    data: { id: ticketId, status: ticketStatusOf[status] },
  })),
)

const Event = v.union([TicketEvent, OrderEvent])
const Delivered = v.object({ entries: v.array(v.object({ entryId: v.string(), event: v.unknown() })) })

const digest = (text: string) => createHash('sha256').update(text).digest()
const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other))

type SidecarOptions = {
  /** What the sidecar shows; this app is public, so without one nobody is taken for the sidecar. */
  appApiToken: string | undefined
  changes: { publish: (change: TicketChange, isNew: boolean) => void }
}

/** Answers what the sidecar asks of this app and what it delivers; undefined to everybody else. */
export const createSidecarRoutes =
  ({ appApiToken, changes }: SidecarOptions) =>
  async (request: Request, pathname: string): Promise<Response | undefined> => {
    const shown = request.headers.get('dapr-api-token')
    if (!appApiToken || !shown || !isSame(shown, appApiToken)) return undefined
    if (request.method === 'GET' && pathname === '/dapr/subscribe') {
      const topics = [...ticketTopics, ...orderTopics]
      return Response.json(
        topics.map((topic) => ({
          pubsubname: pubsubName,
          topic,
          route: '/events/ticket',
          ...(busyTopics.has(topic) ? { bulkSubscribe } : {}),
        })),
      )
    }
    if (request.method !== 'POST' || pathname !== '/events/ticket') return undefined
    const delivered = await bodyOf(request)
    const bulk = v.safeParse(Delivered, delivered)
    for (const event of bulk.success ? bulk.output.entries.map((entry) => entry.event) : [delivered]) {
      const change = changeIn(event)
      if (change) changes.publish(change, isNewListing(event))
    }
    // What cannot be read now cannot be read later either.
    return bulk.success
      ? Response.json({ statuses: bulk.output.entries.map(({ entryId }) => ({ entryId, status: 'SUCCESS' })) })
      : Response.json({ status: 'SUCCESS' })
  }

/**
 * What an event says of a ticket; nothing when it is outdated. Those of tickets and of orders are put in order by their time.
 */
const changeIn = (event: unknown): TicketChange | undefined => {
  const read = v.safeParse(Event, event)
  if (!read.success) return undefined
  const at = Date.parse(read.output.time ?? '')
  const { id, status } = read.output.data
  return Date.now() - at < maxEventAgeMs ? { id, status, version: at } : undefined
}

const isNewListing = (event: unknown): boolean => v.is(v.object({ type: v.literal('ticket.created') }), event)

const bodyOf = async (request: Request): Promise<unknown> => {
  try {
    const bytes = await readBody(request, AbortSignal.timeout(readTimeoutMs), maxEventBytes)
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
