import type { Dapr } from '../dapr/dapr.ts'
import type { Log } from '../telemetry/log.ts'
import { loopFailuresTotal } from '../telemetry/metrics.ts'
import { unrecorded } from '../telemetry/trace.ts'
import { createDenyList } from './deny-list.ts'
import { createEndedSessions } from './ended-sessions.ts'

/** How old the lists may be when a token is checked, in milliseconds: a ban takes effect everywhere within a second. */
const freshMs = 500
/** How long a request may wait for the lists. */
const timeoutMs = 1_000

/**
 * Tokens that are revoked before they expire: of banned users and of ended sessions. Both lists are read together, and
 * only when a token is checked: an idle service reads nothing, a busy one reads twice a second.
 */
export const createRevocations = ({ dapr, log, tokenSeconds }: { dapr: Dapr; log: Log; tokenSeconds: number }) => {
  const denyList = createDenyList({ dapr, tokenSeconds })
  const endedSessions = createEndedSessions({ dapr, tokenSeconds })
  let readAt = 0
  let reading: Promise<void> | undefined
  let isFailing = false

  const load = () =>
    unrecorded(async () => {
      const stored = await dapr.getStates([denyList.key, endedSessions.key], { timeoutMs })
      await denyList.receive(stored.get(denyList.key), { timeoutMs })
      await endedSessions.receive(stored.get(endedSessions.key))
    })

  const loadOrLog = async () => {
    try {
      await load()
      isFailing = false
    } catch (error) {
      loopFailuresTotal.inc({ loop: 'revocations' })
      if (!isFailing) log.warn({ err: error }, 'the deny list cannot be read; the last known one counts')
      isFailing = true
    } finally {
      readAt = Date.now()
      reading = undefined
    }
  }

  /** While the state store does not answer, requests do not wait for it: the lists in memory are used. */
  const refresh = async (): Promise<void> => {
    const ageMs = Date.now() - readAt
    // A clock that was set back must not make old lists fresh.
    if (ageMs >= 0 && ageMs < freshMs) return
    reading ??= loadOrLog()
    if (!isFailing) await reading
  }

  return {
    load,
    refresh,
    isDenied: denyList.isDenied,
    isEnded: endedSessions.isEnded,
    handlers: { ...denyList.handlers, ...endedSessions.handlers },
  }
}
