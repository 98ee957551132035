import type { ProcessGroup } from './process-group.ts'
import { watchRunners } from './runners.ts'

// A terminal's Ctrl-C reaches this process and its package runner, which passes it on: one press, several signals.
const samePressMs = 1_000

export type StopSignal = {
  readonly requested: Promise<undefined>
  /** What a second signal kills. */
  group: ProcessGroup | undefined
}

/** SIGINT and SIGTERM ask to end; a second one ends at once, with whatever runs killed. */
export const stopSignal = (): StopSignal => {
  const requested = Promise.withResolvers<undefined>()
  const state: StopSignal = { requested: requested.promise, group: undefined }
  let askedAt: number | undefined
  const ask = () => {
    if (askedAt !== undefined && Date.now() - askedAt > samePressMs) {
      state.group?.kill()
      process.exit(1)
    }
    askedAt ??= Date.now()
    requested.resolve(undefined)
  }
  process.on('SIGINT', ask)
  process.on('SIGTERM', ask)
  process.on('SIGHUP', ask)
  // The reader of the output may go away; that is no reason to fail.
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})
  watchRunners(ask)
  return state
}
