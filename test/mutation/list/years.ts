import type { Guard } from '../guard.ts'

const backup = 'tools/backup/backup.test.ts'
const restored = 'services/payments/src/restore/restored.test.ts'
const migrate = 'sdk/src/mongo/migrate.test.ts'
const versions = 'sdk/src/events/versions.test.ts'

/** What lasts longer than a process: backups, restores, and versions that follow each other. */
export const years: Guard[] = [
  {
    promise: 6,
    name: 'a backup is of several moments',
    out: [
      {
        file: 'tools/backup/snapshot.ts',
        text: 'client.withSession({ snapshot: true }, async (session)',
        by: 'client.withSession({}, async (session)',
      },
    ],
    test: {
      file: backup,
      name: 'a backup taken amid writes is of one moment over all databases, and comes back whole',
    },
  },
  {
    promise: 6,
    name: 'a backup whose bytes were changed is restored',
    out: [{ file: 'tools/backup/archive.ts', text: '  if (damaged) throw', by: '  if (!manifest) throw' }],
    test: { file: backup, name: 'what is damaged, cut off or something else is refused, and nothing is made of it' },
  },
  {
    promise: 6,
    name: 'a restore takes a folder in which a marketplace is',
    out: [{ file: 'tools/backup/restore.ts', text: '    needEmpty(data)\n', by: '' }],
    test: { file: backup, name: 'nothing is written over: neither a backup nor a marketplace' },
  },
  {
    promise: 6,
    name: 'a restore without the key of the files is said to be whole',
    out: [
      {
        file: 'tools/backup/restore.ts',
        text: "if (!hasKey(manifest, data, 'file-key') && ",
        by: "if (!hasKey(manifest, data, 'file-key') && !file && ",
      },
    ],
    test: { file: backup, name: 'with its keys it opens by itself; without them a restore says what is missing' },
  },
  {
    promise: 2,
    name: 'what was paid after the backup is kept',
    out: [
      {
        file: 'services/payments/src/restore/restored.ts',
        text: 'if (!payment) await refundUnknown(deps, { ...intent, paymentId })\n      else await',
        by: 'if (payment) await',
      },
    ],
    test: { file: restored, name: 'a charge of a payment that is not known goes back, and a hold ends' },
  },
  {
    promise: 2,
    name: 'a restore looks at Stripe once, while the old marketplace may still charge',
    out: [
      {
        file: 'services/payments/src/restore/restored.ts',
        text: '...(isLast ? { doneAt: now } : {})',
        by: '...{ doneAt: now }',
      },
    ],
    test: { file: restored, name: 'looking again refunds nothing twice, and is over once nothing can be under way' },
  },
  {
    promise: 2,
    name: 'a restore gives back what its seller was paid',
    out: [
      {
        file: 'services/payments/src/restore/restored.ts',
        text: 'if (await connect.sent({ id: paymentId, transferAttempt: firstTransfer })) {',
        by: 'if (!connect) {',
      },
    ],
    test: { file: restored, name: 'a sale whose seller was paid out stays, in whichever round: 1' },
  },
  {
    promise: 4,
    name: 'a migration whose process was killed begins anew',
    out: [
      {
        file: 'sdk/src/mongo/migrate.ts',
        text: 'return { ...total, after: next,',
        by: "return { ...total, after: '',",
      },
    ],
    test: { file: migrate, name: 'it goes on where a killed process stopped' },
  },
  {
    promise: 4,
    name: 'replicas migrate the same at the same time',
    out: [
      {
        file: 'sdk/src/mongo/migrate.ts',
        text: '_id: name, at: { $exists: false }, notBefore: { $lte: now } }',
        by: '_id: name, at: { $exists: false } }',
      },
    ],
    test: { file: migrate, name: 'replicas that start together take turns: one step at a time' },
  },
  {
    promise: 4,
    name: 'a migration is done while the version before still writes',
    out: [
      {
        file: 'sdk/src/mongo/migrate.ts',
        text: 'if (changedInPass === 0 && passes > 1)',
        by: 'if (passes > 0)',
      },
    ],
    test: { file: migrate, name: 'what a replica of the version before writes meanwhile is brought forward, too' },
  },
  {
    promise: 4,
    name: 'an event of a version far ahead is read as if it were known',
    out: [
      {
        file: 'sdk/src/events/events.ts',
        text: 'if (shape > shapeOf(type) + 1) throw new NewerEventError(type, shape)',
        by: '',
      },
    ],
    test: {
      file: versions,
      name: 'the shape after this one is read by what is known of it; one after that waits, and says for what',
    },
  },
  {
    promise: 4,
    name: 'an event of the version before is not understood',
    out: [
      {
        file: 'sdk/src/events/events.ts',
        text: '    v.object({ orderId: Id, version: Version, dueAt: Instant }),\n',
        by: '',
      },
    ],
    test: { file: versions, name: 'the end of a hold is understood as both versions say it' },
  },
]
