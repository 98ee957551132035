import type { Guard } from '../guard.ts'

const store = 'services/auth/src/mail/store.ts'
const queue = 'services/auth/src/mail/queue.ts'
const deliver = 'services/auth/src/mail/deliver.test.ts'
const factors = 'services/auth/src/second-factor/second-factor.test.ts'

/** A mail that was owed is sent, and not twice; what its link lets somebody do, it lets once. */
export const mail: Guard[] = [
  {
    promise: 11,
    name: 'a cause may have two mails',
    out: [
      {
        file: store,
        text: "{ key: { cause: 1 }, name: 'cause', unique: true },",
        by: "{ key: { cause: 1 }, name: 'cause' },",
      },
      { file: store, text: 'filter: { cause: one.cause }', by: 'filter: { _id: newId() }' },
      { file: store, text: '  _id: newId(),\n', by: '' },
    ],
    test: { file: deliver, name: 'a cause has one mail, however often it is told, at once or after it was sent' },
  },
  {
    promise: 11,
    name: 'several take the same mail',
    out: [
      {
        file: queue,
        text: 'const lease = { leaseId, nextAttemptAt: new Date(now.getTime() + leaseMs) }',
        by: 'const lease = { leaseId, nextAttemptAt: new Date(now.getTime() - leaseMs) }',
      },
    ],
    test: { file: deliver, name: 'what a sender had taken when it died is sent when its lease is over' },
  },
  {
    promise: 11,
    name: 'one whose lease was over decides all the same',
    out: [
      {
        file: queue,
        text: "leaseId, status: 'owed' },",
        by: "status: 'owed' },",
      },
    ],
    test: { file: deliver, name: 'one whose lease was over decides nothing any more' },
  },
  {
    promise: 11,
    name: 'a double has a Message-ID of its own',
    out: [
      {
        file: 'services/auth/src/mail/mail.ts',
        text: ".digest('hex').slice(0, 40)",
        by: ".digest('hex').slice(0, 8 + Math.floor(Math.random() * 32))",
      },
    ],
    test: { file: deliver, name: 'an answer that was lost makes a double, which carries the same Message-ID' },
  },
  {
    promise: 11,
    name: 'a link works twice',
    out: [
      {
        file: 'services/auth/src/email-token/store.ts',
        text: 'usedAt: { $exists: false }, expiresAt: { $gt: now }',
        by: 'expiresAt: { $gt: now }',
      },
    ],
    test: { file: 'services/auth/src/email-token/email-token.test.ts', name: 'a token works once, even at once' },
  },
  {
    promise: 11,
    name: 'sessions outlive a reset of the password',
    out: [
      {
        file: 'services/auth/src/account/credential-store.ts',
        text: '{ passwordHash, endSessionsBefore: timeNow() }',
        by: '{ passwordHash }',
      },
    ],
    test: {
      file: 'services/auth/src/recovery/recovery.test.ts',
      name: 'who forgot a password chooses a new one by mail; all sessions have ended, and it is told',
    },
  },
  {
    promise: 11,
    name: 'a code of an app works twice',
    out: [
      {
        file: 'services/auth/src/second-factor/totp.ts',
        text: 'return step > lastStep ? step : undefined',
        by: 'return lastStep < 0 ? undefined : step',
      },
    ],
    test: { file: factors, name: 'a code works once, even at once, and neither does one from before it' },
  },
  {
    promise: 11,
    name: 'a link resets a password that was changed since',
    out: [
      {
        file: 'services/auth/src/compose.ts',
        text: "      await emailTokens.endAll(userId, ['reset-password'], session)\n",
        by: '',
      },
    ],
    test: {
      file: 'services/auth/src/recovery/recovery.test.ts',
      name: 'with a password that was changed, links to reset the one before are of no use',
    },
  },
  {
    promise: 11,
    name: 'mails go out that cannot be noted as sent',
    out: [{ file: 'services/auth/src/mail/deliver.ts', text: '!batch.isNoteLost && ', by: '' }],
    test: {
      file: 'services/auth/src/mail/deliver.test.ts',
      name: 'while the database takes no notes no further mail goes out',
    },
  },
  {
    promise: 11,
    name: 'a mail goes out twice over an election',
    out: [{ file: 'services/auth/src/mail/queue.ts', text: 'return note().catch(note)', by: 'return note()' }],
    test: {
      file: 'services/auth/src/mail/deliver.test.ts',
      name: 'a note that an election broke is written at once, and nothing is sent again',
    },
  },
  {
    promise: 11,
    name: 'nobody is told of a listing that waited for its file',
    out: [
      {
        file: 'services/tickets/src/domain/ticket.ts',
        text: 'before && !wasOnSale ? new Date() : ticket.createdAt',
        by: 'ticket.createdAt',
      },
    ],
    test: {
      file: 'services/tickets/src/saved-search/saved-search.test.ts',
      name: 'a listing whose file came after the search was saved is told, once',
    },
  },
  {
    promise: 11,
    name: 'what came on sale late is behind what is newer by age',
    out: [
      {
        file: 'services/tickets/src/saved-search/digest.ts',
        text: '[...late, ...newest]',
        by: 'late.slice(late.length).concat(newest)',
      },
    ],
    test: {
      file: 'services/tickets/src/saved-search/saved-search.test.ts',
      name: 'a listing whose file came late is told, however many were listed before its file came',
    },
  },
]
