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
  {
    promise: 6,
    name: 'a read waits at an address where nobody is any more',
    out: [
      {
        file: 'web/src/gateway/gateway.ts',
        text: 'isRead ? Math.min(readOpensWithinMs, timeoutMs) : timeoutMs',
        by: 'isRead ? timeoutMs : timeoutMs',
      },
    ],
    test: {
      file: 'web/src/gateway/gateway.test.ts',
      name: 'a read that does not begin to answer is given up long before a write, and a write goes on',
    },
  },
  {
    promise: 6,
    name: 'a read during an election is a failure that nobody foresaw',
    out: [{ file: 'sdk/src/mongo/mongo-errors.ts', text: 'withoutPrimary.has(Number(error.code))', by: 'false' }],
    test: { file: 'sdk/src/mongo/mongo-errors.test.ts', name: 'NotPrimaryNoSecondaryOk is no failure of ours' },
  },
  {
    promise: 6,
    name: 'a connection that breaks amid a write is a failure that nobody foresaw',
    out: [{ file: 'sdk/src/mongo/mongo-errors.ts', text: '    isBrokenConnection(error) ||\n', by: '' }],
    test: { file: 'sdk/src/mongo/mongo-errors.test.ts', name: 'write ECONNRESET is no failure of ours' },
  },
  {
    promise: 6,
    name: 'a bulk write without a database is a failure that nobody foresaw',
    out: [
      { file: 'sdk/src/mongo/mongo-errors.ts', text: 'const error = wrappedIn(thrown)', by: 'const error = thrown' },
    ],
    test: {
      file: 'sdk/src/mongo/mongo-errors.test.ts',
      name: 'a bulk write that failed as a whole is an outage, and no list of duplicates',
    },
  },
  {
    promise: 6,
    name: 'webhooks that could not be stored pass for stored ones',
    out: [{ file: 'sdk/src/mongo/mongo-errors.ts', text: 'refused.length > 0 && refused', by: 'refused' }],
    test: {
      file: 'sdk/src/mongo/mongo-errors.test.ts',
      name: 'a bulk write that failed as a whole is an outage, and no list of duplicates',
    },
  },
  {
    promise: 6,
    name: 'a buyer is refused over what a new primary does not show yet',
    out: [
      {
        file: 'sdk/src/mongo/reads.ts',
        text: "maxTimeMS: readWithinMs, readConcern: { level: 'linearizable' } }",
        by: 'maxTimeMS: readWithinMs }',
      },
    ],
    test: {
      file: 'sdk/src/mongo/collection.test.ts',
      name: 'a miss that others act on is confirmed by a majority; what is found is read once',
    },
  },
  {
    promise: 4,
    name: 'an app whose sidecar starts beside another one is found by nobody',
    out: [{ file: 'tools/servers/sidecar.ts', text: "  database.run('PRAGMA journal_mode = WAL')\n", by: '' }],
    test: { file: 'tools/servers/sidecar.test.ts', name: 'a sidecar may start while another one writes its name' },
  },
  {
    promise: 4,
    name: 'names of an earlier run are found',
    out: [
      {
        file: 'tools/servers/sidecar.ts',
        text: "['', '-wal', '-shm', '-journal']",
        by: "['-journal']",
      },
    ],
    test: { file: 'tools/servers/sidecar.test.ts', name: 'names of an earlier run are gone' },
  },
]
