import type { Dapr } from '@fairpass/sdk/dapr'
import { ServiceUnavailableError } from '@fairpass/sdk/errors'
import * as v from 'valibot'
import { sharedRead } from './shared-read.ts'

const Instant = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.transform((text) => new Date(text)),
)

/** While its seller changes a ticket, buyers need at least `version` of it, or until `until` to have passed. */
const FenceMark = v.object({ version: v.number(), until: Instant })

const Hold = v.variant('status', [
  v.object({ status: v.literal('free'), fence: v.optional(FenceMark) }),
  v.object({ status: v.literal('held'), orderId: v.string(), buyerId: v.string(), expiresAt: Instant }),
  v.object({ status: v.literal('sold'), orderId: v.string() }),
])
export type Hold = v.InferOutput<typeof Hold>
export type ActiveHold = Extract<Hold, { status: 'held' }>

/** What was read, with the ETag to write over it; a ticket that nobody ever held has none. */
type HoldWithEtag = { hold: Hold; etag: string | undefined }

const maxAttempts = 10
const keyOf = (ticketId: string) => `hold:${ticketId}`

/** The changes of several holds, read and written together; one in whose way somebody was is made by itself. */
const createUpdateEach =
  (dapr: StateStore, update: (ticketId: string, next: Change) => Promise<Hold>) =>
  async (changes: ReadonlyMap<string, Change>): Promise<Map<string, PromiseSettledResult<unknown>>> => {
    const stored = await dapr.getStatesWithEtags([...changes.keys()].map(keyOf))
    const planned = [...changes].map(([ticketId, next]) => {
      const { value, etag } = stored.get(keyOf(ticketId)) ?? {}
      const hold = v.safeParse(Hold, value)
      const changed = hold.success ? next(hold.output) : undefined
      return { ticketId, next, etag, changed, isDone: hold.success && changed === hold.output }
    })
    const written = planned.flatMap(({ ticketId, etag, changed, isDone }) =>
      changed && etag && !isDone ? [{ key: keyOf(ticketId), value: changed, etag }] : [],
    )
    const areWritten = written.length === 0 || (await dapr.saveStates(written))
    const ends = planned.map(async ({ ticketId, next, etag, changed, isDone }) => {
      const isWritten = areWritten && changed && etag
      const [end] = await Promise.allSettled([isDone || isWritten ? undefined : update(ticketId, next)])
      return [ticketId, end] as const
    })
    return new Map(await Promise.all(ends))
  }

type StateStore = Pick<Dapr, 'getState' | 'saveState' | 'getStatesWithEtags' | 'saveStates'>
type Change = (hold: Hold) => Hold

/** Frees the ticket if `orderId` holds it. */
export const releasedBy =
  (orderId: string): Change =>
  (hold) =>
    hold.status === 'held' && hold.orderId === orderId ? { status: 'free' } : hold

/** Orders decided: the ticket is sold, whatever the store knew. */
export const soldTo =
  (orderId: string): Change =>
  (hold) =>
    hold.status === 'sold' && hold.orderId === orderId ? hold : { status: 'sold', orderId }

/**
 * Who may check out a ticket, in the Dapr state store: `free → held → free | sold`, each step written over the ETag that was
 * read. The key is never deleted and never given a time to live, because a stale ETag on a missing key would succeed.
 */
export const createHolds = (dapr: StateStore) => {
  const read = sharedRead(async (ticketId): Promise<HoldWithEtag> => {
    const stored = await dapr.getState(keyOf(ticketId), Hold)
    return stored ? { hold: stored.value, etag: stored.etag } : { hold: { status: 'free' }, etag: undefined }
  })

  /** @returns false when somebody was quicker: read again */
  const write = (ticketId: string, hold: Hold, { etag }: HoldWithEtag): Promise<boolean> =>
    dapr.saveState(keyOf(ticketId), hold, etag)

  /** Writes what `next` makes of the hold that is there, until it is written or `next` returns it unchanged. */
  const update = async (ticketId: string, next: Change): Promise<Hold> => {
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const found = await read(ticketId)
      const hold = next(found.hold)
      if (hold === found.hold || (await write(ticketId, hold, found))) return hold
    }
    const cause = new Error(`the hold of ticket ${ticketId} changed ${maxAttempts} times while it was to be written`)
    throw new ServiceUnavailableError(undefined, { cause })
  }

  return {
    read,
    write,
    update,

    updateEach: createUpdateEach(dapr, update),
    release: (ticketId: string, orderId: string) => update(ticketId, releasedBy(orderId)),
    markSold: (ticketId: string, orderId: string) => update(ticketId, soldTo(orderId)),
  }
}

export type Holds = ReturnType<typeof createHolds>
