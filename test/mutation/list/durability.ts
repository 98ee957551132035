import type { Guard } from '../guard.ts'

const servers = 'tools/servers/servers.test.ts'

/** What was acknowledged survives `kill -9` of any process, MongoDB and Redis included. */
export const durability: Guard[] = [
  {
    promise: 6,
    name: 'a dead process is not started again',
    out: [
      {
        file: 'tools/up/processes/supervisor.ts',
        text: '        running = start()\n',
        by: '',
      },
    ],
    test: {
      file: 'tools/up/processes/supervisor.test.ts',
      name: 'a killed process is replaced by one with another pid',
    },
  },
  {
    promise: 6,
    name: 'redis keeps nothing on disk',
    out: [{ file: 'tools/servers/servers.ts', text: "'--appendonly', 'yes'", by: "'--appendonly', 'no'" }],
    test: { file: servers, name: 'what Redis has acknowledged survives kill -9' },
  },
  {
    promise: 6,
    name: 'mongodb acknowledges what is not in its journal',
    out: [
      {
        file: 'sdk/src/service/run.ts',
        text: "writeConcern: { w: 'majority', journal: true }",
        by: 'writeConcern: { w: 1, journal: false }',
      },
    ],
    test: { file: 'sdk/src/service/run.test.ts', name: 'what MongoDB has acknowledged survives kill -9' },
  },
]
