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
export type Held = Extract<Hold, { status: 'held' }>

/** What was read, with the ETag to write over it; a ticket that nobody ever held has none. */
type Read = { hold: Hold; etag: string | undefined }

const maxAttempts = 10
const keyOf = (ticketId: string) => `hold:${ticketId}`

/**
 * Who may check out a ticket, in the Dapr state store: `free → held → free | sold`, each step written over the ETag that was
 * read. The key is never deleted and never given a time to live, because a stale ETag on a missing key would succeed.
 */
export const createHolds = (dapr: Pick<Dapr, 'getState' | 'saveState'>) => {
  const read = sharedRead(async (ticketId): Promise<Read> => {
    const stored = await dapr.getState(keyOf(ticketId), Hold)
    return stored ? { hold: stored.value, etag: stored.etag } : { hold: { status: 'free' }, etag: undefined }
  })

  /** @returns false when somebody was quicker: read again */
  const write = (ticketId: string, hold: Hold, { etag }: Read): Promise<boolean> =>
    dapr.saveState(keyOf(ticketId), hold, etag)

  /** Writes what `next` makes of the hold that is there, until it is written or `next` returns it unchanged. */
  const update = async (ticketId: string, next: (hold: Hold) => Hold): Promise<Hold> => {
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

    /** Frees the ticket if `orderId` holds it. */
    release: (ticketId: string, orderId: string) =>
      update(ticketId, (hold) => (hold.status === 'held' && hold.orderId === orderId ? { status: 'free' } : hold)),

    /** Orders decided: the ticket is sold, whatever the store knew. */
    markSold: (ticketId: string, orderId: string) =>
      update(ticketId, (hold) =>
        hold.status === 'sold' && hold.orderId === orderId ? hold : { status: 'sold', orderId },
      ),
  }
}

export type Holds = ReturnType<typeof createHolds>
