import type { Guard } from '../guard.ts'

/** What fails beside the processes: clocks, waits that add up, disks. */
export const faults: Guard[] = [
  {
    promise: 3,
    name: 'a clock that jumps ends holds early',
    out: [
      {
        file: 'sdk/src/clock.ts',
        text: 'zero === undefined ? wall() : Math.floor(zero + monotonic())',
        by: 'zero === undefined ? wall() : wall()',
      },
    ],
    test: { file: 'sdk/src/clock.test.ts', name: 'a clock that jumps by 300000 ms between two comparisons' },
  },
  {
    promise: 3,
    name: 'a machine’s own clock counts, however wrong it is',
    out: [{ file: 'sdk/src/clock.ts', text: '(isAgreed ? own : theirs)', by: '(isAgreed ? own : own)' }],
    test: { file: 'sdk/src/clock.test.ts', name: 'a clock that is -300000 ms off' },
  },
  {
    promise: 6,
    name: 'time-outs of calls in a row add up',
    out: [
      {
        file: 'sdk/src/http/app.ts',
        text: 'await Promise.race([next(), late.promise])',
        by: 'await Promise.race([next()])',
      },
    ],
    test: { file: 'sdk/src/http/app.test.ts', name: 'a request that takes too long is answered in time' },
  },
]
