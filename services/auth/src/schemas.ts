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

export const TotpAnswer = v.strictObject({
  secret: v.pipe(v.string(), v.description('In base 32, to be typed into an app')),
  uri: v.pipe(v.string(), v.description('What an app reads')),
  picture: v.pipe(v.string(), v.description('The same as an SVG of a QR code')),
})
export const RecoveryCodesAnswer = v.strictObject({ recoveryCodes: v.array(v.string()) })

/** As `navigator.credentials` takes them (WebAuthn level 3, JSON forms). */
export const PasskeyOptionsAnswer = v.strictObject({ options: v.looseObject({ challenge: v.string() }) })
export const PasskeyAnswer = v.strictObject({ id: v.string(), name: v.string() })

export const SettingsAnswer = named(
  'Settings',
  v.strictObject({
    email: v.string(),
    isEmailConfirmed: v.boolean(),
    isEmailBounced: v.pipe(v.boolean(), v.description('Its own server refused a mail to it for good')),
    newEmail: v.optional(
      v.pipe(v.string(), v.description('An address that the account moves to once it is confirmed')),
    ),
    language: v.picklist(['en', 'de']),
    mails: v.strictObject({ sales: v.boolean(), waitlist: v.boolean(), searches: v.boolean() }),
    hasTotp: v.boolean(),
    recoveryCodesLeft: v.number(),
    passkeys: v.array(
      v.strictObject({ id: v.string(), name: v.string(), createdAt: Instant, usedAt: v.optional(Instant) }),
    ),
  }),
)

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
/** Where a sold ticket is passed on to. */
export const RecipientAnswer = named('Recipient', v.strictObject({ email: v.string() }), { email: 'buyer@example.com' })

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
