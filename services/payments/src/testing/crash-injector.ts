/** Thrown in place of `kill -9`. */
export class Interruption extends Error {}

/** Counts what crosses a seam, before and after it takes effect, and stops the process at a chosen crossing. */
export const createCrashInjector = () => {
  let left = Number.POSITIVE_INFINITY
  const cross = () => {
    left -= 1
    if (left === 0) throw new Interruption()
  }
  return {
    /** @param crossing from 1: before the first call, 2: after it took effect, and so on */
    crashAt: (crossing: number) => {
      left = crossing
    },
    rest: () => {
      left = Number.POSITIVE_INFINITY
    },
    guard: <T extends object>(seam: T): T =>
      new Proxy(seam, {
        get: (target, name, receiver) => {
          const member: unknown = Reflect.get(target, name, receiver)
          if (typeof member !== 'function') return member
          return async (...given: unknown[]) => {
            cross()
            const result: unknown = await member.apply(target, given)
            cross()
            return result
          }
        },
      }),
  }
}
