import { afterEach, expect, setSystemTime, test } from 'bun:test'
import { createBell, runPeriodically } from './run-periodically.ts'
import { createLog } from './telemetry/log.ts'

const log = createLog('test', 'silent')
let end = new AbortController()

afterEach(() => {
  end.abort()
  end = new AbortController()
  setSystemTime()
})

/** A loop that would poll once an hour, and a promise for its nth poll. */
const hourly = (work: () => Promise<unknown> = async () => {}) => {
  const checks: (() => void)[] = []
  let count = 0
  const bell = createBell()
  const running = runPeriodically(
    {
      everyMs: 3_600_000,
      name: 'an hourly loop',
      bell,
      work: () => {
        count++
        checks[count]?.()
        return work()
      },
    },
    { log, signal: end.signal },
  )
  const looked = (times: number) =>
    count >= times ? Promise.resolve() : new Promise<void>((resolve) => (checks[times] = resolve))
  return { bell, running, looked, count: () => count }
}

// Guarantee: announced work does not wait for the next poll, nor does work whose transaction commits after the ring.
test('a bell ends the pause, and the loop looks again for what was announced too early', async () => {
  const loop = hourly()
  await loop.looked(1)
  loop.bell.ring()
  await loop.looked(3)
})

test('what finds something or fails looks again soon, what finds nothing does not', async () => {
  for (const [work, least] of [
    [async () => 'more', 2],
    [async () => Promise.reject(new Error('broken')), 2],
    [async () => true, 1],
    [async () => 300, 2],
    [async () => 3_600_000, 1],
  ] as const) {
    const loop = hourly(work)
    await loop.looked(least)
    if (least === 1) await Bun.sleep(1_200)
    end.abort()
    await loop.running
    expect(loop.count()).toBe(least)
    end = new AbortController()
  }
})
