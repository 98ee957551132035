import type { Fault, Faults } from '../control/faults.ts'
import type { Happening, StoredEvent, StoredObject, World } from '../shapes.ts'
import type { Storage } from '../storage.ts'

// The version that stripe-node 23.1.0 pins; the shapes are those of its types.
export const apiVersion = '2026-10-28.endive'

/** The request that caused an event. */
export type Cause = {
  requestId: string | null
  idempotencyKey: string | null
}

const eventBody = ({ lane: _, ...event }: StoredEvent, pendingWebhooks: number) => ({
  ...event,
  api_version: apiVersion,
  livemode: false,
  pending_webhooks: pendingWebhooks,
})

const laneOf = (object: StoredObject): string => {
  return 'payment_intent' in object && typeof object.payment_intent === 'string' ? object.payment_intent : object.id
}

// Long enough for the next event of the same payment to be caused by a person in a test.
const reorderedAtMostMs = 5_000

type EventsDeps = {
  storage: Storage
  faults: Faults
  /** Whether an event of a type is delivered; the others are only kept. */
  isEnabled: (type: string) => boolean
  now: () => number
}

export const createEvents = ({ storage, faults, isEnabled, now }: EventsDeps) => {
  const enqueue = (event: StoredEvent, fault: Fault | undefined) => {
    const reordered = fault?.kind === 'reordered'
    const wait = fault?.delayMs || (reordered ? reorderedAtMostMs : 0)
    const insert = storage.database.query(
      'INSERT INTO deliveries (event, lane, state, due_ms, held, forged) VALUES (?, ?, ?, ?, ?, ?)',
    )
    for (let copies = fault?.kind === 'doubled' ? 2 : 1; copies > 0; copies -= 1) {
      insert.run(
        event.id,
        event.lane,
        fault?.kind === 'lost' ? 'lost' : 'pending',
        now() + wait,
        reordered ? 1 : 0,
        fault?.kind === 'bad_signature' ? 1 : 0,
      )
    }
  }

  /** Part of the transaction that changes the objects: no change without its events, no event without its change. */
  const record = (happenings: Happening[], cause: Cause, { newId, nowSeconds }: World) => {
    for (const { type, object } of happenings) {
      const lane = laneOf(object)
      const event: StoredEvent = {
        id: newId('evt'),
        object: 'event',
        lane,
        created: nowSeconds,
        type,
        data: { object },
        request: { id: cause.requestId, idempotency_key: cause.idempotencyKey },
      }
      storage.put(event)
      if (!isEnabled(type)) continue
      const own = 'metadata' in object ? object.metadata : undefined
      const metadata = storage.find('payment_intent', lane)?.metadata ?? own ?? undefined
      enqueue(event, faults.take('webhook', { intent: lane, metadata, eventType: type }))
    }
  }

  const pendingOf = (event: StoredEvent): number =>
    storage.database
      .query<{ pending: number }, [string]>(
        "SELECT COUNT(*) AS pending FROM deliveries WHERE event = ? AND state = 'pending'",
      )
      .get(event.id)?.pending ?? 0

  return { record, shown: (event: StoredEvent) => eventBody(event, pendingOf(event)) }
}

export type Events = ReturnType<typeof createEvents>
