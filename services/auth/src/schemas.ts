import { Instant } from '@fairpass/sdk/events'
import { Id, named, pageOf } from '@fairpass/sdk/http'
import * as v from 'valibot'

// What the routes answer, for the description of the API; the end-to-end tests hold each real answer against it.
const account = { id: Id, email: v.string(), role: v.picklist(['user', 'admin']) }
const example = { id: '665f1c2ab8d3c94f1e0a7b21', email: 'ann@example.com', role: 'user' } as const
const at = '2030-05-31T20:00:00.000Z'

export const AccountAnswer = named('Account', v.strictObject(account), example)

export const CurrentUserAnswer = v.strictObject({ currentUser: v.nullable(AccountAnswer) })

const Session = named(
  'Session',
  v.strictObject({
    id: Id,
    device: v.pipe(v.string(), v.description('The browser, as it called itself')),
    createdAt: Instant,
    lastSeenAt: Instant,
    isCurrent: v.pipe(v.boolean(), v.description('The one that asks')),
  }),
  { id: '665f1c2ab8d3c94f1e0a7b22', device: 'Mozilla/5.0', createdAt: at, lastSeenAt: at, isCurrent: true },
)
export const SessionsAnswer = v.strictObject({ sessions: v.array(Session) })

const ListedAccount = named(
  'ListedAccount',
  v.strictObject({
    ...account,
    status: v.picklist(['active', 'banned']),
    createdAt: Instant,
    bannedAt: v.optional(Instant),
  }),
  { ...example, status: 'banned', createdAt: at, bannedAt: at },
)
export const AccountsAnswer = pageOf('users', ListedAccount)

export const KeysAnswer = v.strictObject({
  keys: v.array(
    v.strictObject({
      kty: v.literal('OKP'),
      crv: v.literal('Ed25519'),
      x: v.string(),
      kid: v.string(),
      alg: v.literal('EdDSA'),
      use: v.literal('sig'),
    }),
  ),
})
