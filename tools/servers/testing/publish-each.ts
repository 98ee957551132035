import type { FairpassEvent } from '@fairpass/sdk/events'
import type { PublishAll } from '@fairpass/sdk/mongo'

/** A publisher of single events as one of many. */
export const publishEach =
  (publish: (event: FairpassEvent) => Promise<void>): PublishAll =>
  async (events) => {
    const failures = new Map<string, unknown>()
    await Promise.all(events.map((event) => publish(event).catch((error: unknown) => failures.set(event.id, error))))
    return failures
  }
