import type { Log } from './telemetry/log.ts'
import { loopFailuresTotal } from './telemetry/metrics.ts'
import { inSpan, unrecorded } from './telemetry/trace.ts'

/** How often a loop polls for what a crash or an outage left behind, in milliseconds, while it finds nothing. */
export const safetyNetMs = 5_000
/** How soon it polls again when it found something, or failed. */
const busyMs = 1_000
/**
 * The shortest interval between two polls, and how often and for how long it polls after a ring: what was announced may
 * be in a transaction that has yet to commit.
 */
const rungMs = 200
const rungForMs = 2_000

/** Wakes a loop of this process when there is work, so that it need not poll often to find it early. */
export const createBell = () => {
  let rungAt = Number.NEGATIVE_INFINITY
  let wake = () => {}
  return {
    ring: () => {
      rungAt = performance.now()
      wake()
    },
    wasRung: () => performance.now() - rungAt < rungForMs,
    /** Calls `listener` at the next ring; only the last listener is called. */
    onRing: (listener: () => void) => {
      wake = listener
    },
  }
}

export type Bell = ReturnType<typeof createBell>

export type Loop = {
  /** how long after its last run it runs again, in milliseconds, when that found nothing */
  everyMs: number
  name: string
  /**
   * `more`: it found something, so it is likely that there is more. A number: in so many milliseconds there will be something,
   * and nothing before.
   */
  work: () => Promise<unknown>
  bell?: Bell
}

/** Logs a failure once for a run of the same one. */
export const createFailureLog = (log: Log) => {
  let last = ''
  return {
    failed: (error: unknown, message: string): void => {
      const failure = String(error)
      if (failure !== last) log.warn({ err: error }, message)
      last = failure
    },
    succeeded: (): void => {
      last = ''
    },
  }
}

/**
 * Does a loop's work again and again until `signal` aborts: `everyMs` after it last ended, sooner while it finds something
 * or fails, at once when its bell rings. A failure is logged once for a run of the same failure, and never ends the loop.
 * @returns a promise that ends when the last run has ended
 */
export const runPeriodically = async (
  { everyMs, name, work, bell }: Loop,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<void> => {
  const failures = createFailureLog(log)
  /** @returns how long to pause */
  const run = async (): Promise<number> => {
    try {
      const found = await work()
      failures.succeeded()
      if (typeof found === 'number') return Math.min(everyMs, Math.max(found, rungMs))
      return found === 'more' ? Math.min(everyMs, busyMs) : everyMs
    } catch (error) {
      loopFailuresTotal.inc({ loop: name })
      failures.failed(error, `${name} failed; trying again`)
      return Math.min(everyMs, busyMs)
    }
  }
  while (!signal.aborted) {
    const usualMs = await unrecorded(run)
    await pause(bell?.wasRung() ? Math.min(usualMs, rungMs) : usualMs, signal, bell)
  }
}

/**
 * Does `work` for each item that a loop found, one after the other, each in a trace of its own that is called `what`;
 * one that fails does not stop the others.
 * @throws the first failure, once all were tried
 */
export const forEachOf = async <T>(
  what: string,
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<void> => {
  const failures: unknown[] = []
  for (const item of items)
    await inSpan(what, { isRoot: true }, () => work(item)).catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}

/** Waits `ms` milliseconds, or until `signal` aborts or `bell` rings. */
export const pause = (ms: number, signal?: AbortSignal, bell?: Bell): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
    bell?.onRing(done)
  })
