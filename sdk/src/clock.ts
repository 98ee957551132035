import type { Db } from 'mongodb'
import { createBell, type Loop } from './run-periodically.ts'

/** Clocks that differ by less than this, in milliseconds, count as the same: that is what NTP is better at. */
const toleratedMs = 1_000
/** An answer that took longer, in milliseconds, is too inaccurate to be used. */
const slowestAnswerMs = 2_000
/** How often the clock is compared, in milliseconds. */
const compareEveryMs = 5_000

/** How far apart the times of two services may be for a moment, in seconds, as while one has not heard of a leap yet. */
export const clockSkewSeconds = 5

type Sources = { wall: () => number; monotonic: () => number }
type Options = Sources & {
  /** called when the machine's clock was set: since the last comparison it is another than the monotonic clock says */
  onLeap?: () => void
}
type Clock = {
  /** the time that promises are judged by: when a hold ends, a token expires, a payout is due */
  now: () => Date
  /** Compares with the database's clock; `ask` gives that in milliseconds since the epoch. */
  compare: (ask: () => Promise<number>) => Promise<void>
}

/**
 * One time for all services, whatever the clocks of their machines show: that of the machine, as long as MongoDB agrees
 * with it within a second, else MongoDB's. Between two comparisons it runs by the monotonic clock, so that a machine's
 * clock that jumps ends no hold early, and lets no payout go early.
 */
export const createClock = ({ wall, monotonic, onLeap }: Options): Clock => {
  let zero: number | undefined
  /** what the machine's clock showed when the monotonic one began */
  let wallZero: number | undefined

  const noticeLeap = () => {
    if (wallZero === undefined || Math.abs(wall() - monotonic() - wallZero) <= toleratedMs) return
    // Once for each leap; the next comparison sets it anew.
    wallZero = undefined
    onLeap?.()
  }

  return {
    now: () => {
      noticeLeap()
      return new Date(zero === undefined ? wall() : Math.floor(zero + monotonic()))
    },

    compare: async (ask) => {
      const asked = monotonic()
      const answered = await ask()
      const tookMs = monotonic() - asked
      if (tookMs > slowestAnswerMs)
        throw new Error(`the database answered with its time after ${Math.round(tookMs)} ms`)
      // What was set while the database answered is in one of both times and perhaps not in the other: to be asked again.
      noticeLeap()
      const [own, theirs] = [wall(), answered + tookMs / 2]
      const isAgreed = Math.abs(own - theirs) <= toleratedMs + tookMs / 2
      zero = (isAgreed ? own : theirs) - monotonic()
      wallZero = own - monotonic()
    },
  }
}

/** Rings when this machine's clock was set: MongoDB's may have been, too, and services on other machines follow that. */
const bell = createBell()
const clock = createClock({ wall: Date.now, monotonic: () => performance.now(), onLeap: bell.ring })

/** The time that promises are judged by, the same in every service; see docs/design.md, "Clocks". */
export const { now } = clock

/** Keeps `now` on MongoDB's time; the service is not prepared before the first comparison. */
export const followDatabaseClock = (db: Db): Promise<void> =>
  clock.compare(async () => {
    const { localTime } = await db.admin().command({ hello: 1 })
    return localTime.getTime()
  })

export const clockLoop = (db: Db): Loop => ({
  everyMs: compareEveryMs,
  name: 'clock',
  work: () => followDatabaseClock(db),
  bell,
})
