import type { Guard } from '../guard.ts'

const servers = 'dapr/up/servers.test.ts'

/** What was acknowledged survives `kill -9` of any process, MongoDB and Redis included. */
export const survival: Guard[] = [
  {
    promise: 6,
    name: 'a dead process is not started again',
    out: [
      {
        file: 'dapr/up/supervisor.ts',
        text: '        running = start()\n',
        by: '',
      },
    ],
    test: { file: 'dapr/up/supervisor.test.ts', name: 'a killed process is replaced by one with another pid' },
  },
  {
    promise: 6,
    name: 'redis keeps nothing on disk',
    out: [{ file: 'dapr/up/servers.ts', text: "'--appendonly', 'yes'", by: "'--appendonly', 'no'" }],
    test: { file: servers, name: 'what Redis has acknowledged survives kill -9' },
  },
  {
    promise: 6,
    name: 'mongodb acknowledges what is not in its journal',
    out: [
      {
        file: 'sdk/src/run.ts',
        text: "writeConcern: { w: 'majority', journal: true }",
        by: 'writeConcern: { w: 1, journal: false }',
      },
    ],
    test: { file: 'sdk/src/run.test.ts', name: 'what MongoDB has acknowledged survives kill -9' },
  },
]
