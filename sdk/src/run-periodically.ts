import type { Log } from './telemetry/log.ts'
import { loopFailuresTotal } from './telemetry/metrics.ts'
import { inSpan, unrecorded } from './telemetry/trace.ts'

/** How often is looked for what a crash or an outage left behind, in milliseconds; what just happened is not waited for so long. */
export const safetyNetMs = 5_000

/**
 * Does `work` again and again, `pauseMs` after it last ended, until `signal` aborts. A failure is logged once for a run of
 * the same failure, and never ends the loop.
 * @returns a promise that ends when the last run has ended
 */
export const runPeriodically = async (
  pauseMs: number,
  what: string,
  work: () => Promise<unknown>,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<void> => {
  let lastFailure = ''
  while (!signal.aborted) {
    await unrecorded(async () => {
      try {
        await work()
        lastFailure = ''
      } catch (error) {
        loopFailuresTotal.inc({ loop: what })
        const failure = String(error)
        if (failure !== lastFailure) log.warn({ err: error }, `${what} failed; trying again`)
        lastFailure = failure
      }
    })
    await pause(pauseMs, signal)
  }
}

/**
 * Does `work` for each item that a loop found, one after the other, each in a trace of its own that is called `what`; one
 * that fails does not keep the others from theirs.
 * @throws the first failure, once all had their turn
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

/** Waits `ms` milliseconds, or until `signal` aborts. */
export const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
  })
