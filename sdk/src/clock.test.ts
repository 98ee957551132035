import { describe, expect, test } from 'bun:test'
import { createClock } from './clock.ts'

const start = 1_800_000_000_000

/** A machine whose clock can be set, beside a database whose answers take `tookMs`. */
const world = ({ ownMs = start, tookMs = 4 } = {}) => {
  const at = { ownMs, theirsMs: start, monotonicMs: 0 }
  const pass = (ms: number) => {
    at.ownMs += ms
    at.theirsMs += ms
    at.monotonicMs += ms
  }
  let leaps = 0
  const onLeap = () => {
    leaps++
  }
  const clock = createClock({ wall: () => at.ownMs, monotonic: () => at.monotonicMs, onLeap })
  const compare = () =>
    clock.compare(async () => {
      pass(tookMs / 2)
      const told = at.theirsMs
      pass(tookMs / 2)
      return told
    })
  const wrongMs = () => clock.now().getTime() - at.theirsMs
  return { at, pass, compare, clock, wrongMs, leaps: () => leaps, now: () => clock.now().getTime() }
}

const minutes = 60_000

describe('one time for all services', () => {
  test.each([-5 * minutes, -60_000, -1_500, 1_500, 60_000, 5 * minutes])('a clock that is %d ms off', async (off) => {
    const { compare, wrongMs, pass } = world({ ownMs: start + off })
    await compare()
    expect(Math.abs(wrongMs())).toBeLessThanOrEqual(1)
    pass(17 * minutes)
    expect(Math.abs(wrongMs())).toBeLessThanOrEqual(1)
  })

  test.each([-5 * minutes, 5 * minutes])('a clock that jumps by %d ms between two comparisons', async (jump) => {
    const { at, compare, wrongMs, pass } = world()
    await compare()
    at.ownMs += jump
    expect(Math.abs(wrongMs())).toBeLessThanOrEqual(1)
    pass(5_000)
    await compare()
    expect(Math.abs(wrongMs())).toBeLessThanOrEqual(1)
    at.ownMs -= jump
    await compare()
    expect(Math.abs(wrongMs())).toBeLessThanOrEqual(1)
  })

  test('where both agree, the machine’s own clock counts to the millisecond', async () => {
    const { at, compare, now } = world({ ownMs: start + 700 })
    await compare()
    expect(now()).toBe(at.ownMs)
  })

  test('a leap of the machine’s clock is told at the next look at it, once, and a clock that is merely wrong never', async () => {
    const { at, pass, compare, now, leaps } = world({ ownMs: start - 5 * minutes })
    now()
    await compare()
    pass(60_000)
    now()
    expect(leaps()).toBe(0)
    for (const leap of [60 * minutes, -60 * minutes]) {
      at.ownMs += leap
      at.theirsMs += leap
      const before = leaps()
      now()
      now()
      expect(leaps()).toBe(before + 1)
      await compare()
      expect(Math.abs(now() - at.theirsMs)).toBeLessThanOrEqual(1)
    }
  })

  test('a leap between the answer of the database and its arrival is told: that answer is from before it', async () => {
    const { at, compare, clock, wrongMs, leaps } = world()
    await compare()
    await clock.compare(async () => {
      const told = at.theirsMs
      at.ownMs -= 60 * minutes
      at.theirsMs -= 60 * minutes
      return told
    })
    expect(leaps()).toBe(1)
    await compare()
    expect(Math.abs(wrongMs())).toBeLessThanOrEqual(1)
  })

  test('an answer that took too long is no time', async () => {
    const { at, compare, now } = world({ tookMs: 3_000 })
    expect(compare()).rejects.toThrow('after 3000 ms')
    await Bun.sleep(0)
    expect(now()).toBe(at.ownMs)
  })
})
