import { dlopen } from 'bun:ffi'

const setTimerSlack = 29
const nanosecondsInMs = 1_000_000

/** `prctl` of the C library; undefined where there is none (macOS). */
const openPrctl = () => {
  if (process.platform !== 'linux') return undefined
  try {
    return dlopen('libc.so.6', { prctl: { args: ['int', 'u64', 'u64', 'u64', 'u64'], returns: 'int' } }).symbols.prctl
  } catch {
    return undefined
  }
}

let prctl: ReturnType<typeof openPrctl>
let isOpen = false

/** Does `spawn` so that the timers of what it starts may come `slackMs` late: a child inherits it (prctl(2), PR_SET_TIMERSLACK). */
export const withTimerSlack = <T>(slackMs: number | undefined, spawn: () => T): T => {
  if (slackMs === undefined) return spawn()
  if (!isOpen) prctl = openPrctl()
  isOpen = true
  prctl?.(setTimerSlack, BigInt(slackMs * nanosecondsInMs), 0n, 0n, 0n)
  try {
    return spawn()
  } finally {
    // Zero restores the slack that this process began with.
    prctl?.(setTimerSlack, 0n, 0n, 0n, 0n)
  }
}
