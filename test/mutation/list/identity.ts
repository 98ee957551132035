import type { Guard } from '../guard.ts'

const e2e = 'test/e2e/identity.test.ts'
const ban = 'a ban is felt by every service within a second, with a token that has not expired'
const wiring = 'sdk/src/service/context.ts'
const wiringTest = {
  file: 'sdk/src/service/context.test.ts',
  name: 'a ban that one replica was told of is felt by all',
}
const denyList = 'sdk/src/identity/deny-list.ts'
const denyListTest = 'sdk/src/identity/deny-list.test.ts'
const refresh = { file: wiring, text: '    if (user) await revocations.refresh()\n', by: '' }
const handlers = {
  file: wiring,
  text: 'own ? given : composeHandlers(revocations.handlers, given)',
  by: 'own ? given : composeHandlers({}, given)',
}
const tokens = 'sdk/src/identity/tokens.ts'
const forged = (kind: string) => ({
  file: 'services/auth/src/session/tokens.test.ts',
  name: `a token ${kind} is refused, though our key signed it`,
})

/** A banned account is refused by every service within a second; with auth down, valid tokens still work. */
export const identity: Guard[] = [
  {
    promise: 8,
    name: 'services do not ask who is banned',
    out: [
      {
        file: 'sdk/src/identity/identity.ts',
        text: 'if (user && (await isDenied(user))) throw',
        by: 'if (user && (await isDenied(user)) === undefined) throw',
      },
    ],
    test: { file: e2e, name: ban },
  },
  {
    promise: 8,
    name: 'services neither hear of bans nor look for them',
    out: [handlers, refresh],
    test: { file: e2e, name: ban },
  },
  { promise: 8, name: 'a service does not hear of bans', out: [handlers], test: wiringTest },
  { promise: 8, name: 'replicas do not tell each other of bans', out: [refresh], test: wiringTest },
  {
    promise: 8,
    name: 'a service starts without a look at who is banned',
    out: [{ file: wiring, text: 'if (!own) await revocations.load()', by: 'if (own) await revocations.load()' }],
    test: {
      file: 'sdk/src/service/context.test.ts',
      name: 'a replica knows who is banned from its start on, though the state store goes away before its first request',
    },
  },
  {
    promise: 8,
    name: 'a ban is forgotten while tokens from before it live',
    out: [
      {
        file: denyList,
        text: 'bannedAt.getTime() + (tokenSeconds + clockSkewSeconds) * 1000',
        by: 'bannedAt.getTime() + 0 * tokenSeconds',
      },
    ],
    test: { file: denyListTest, name: 'a state store that was emptied is filled again, from memory and from auth' },
  },
  {
    promise: 8,
    name: 'auth asks its tokens, not its accounts, who is banned',
    out: [
      {
        file: 'services/auth/src/session/tokens.ts',
        text: "if (account?.status === 'banned') throw new AccountBannedError()",
        by: 'void AccountBannedError',
      },
    ],
    test: { file: 'services/auth/src/account/admins.test.ts', name: 'a ban is felt at once, told, and undone' },
  },
  {
    promise: 8,
    name: 'a late unban undoes the ban that came after it',
    out: [
      {
        file: denyList,
        text: 'ban && isLater(ban, { bannedAt: new Date(at).getTime(), version }) ? list : rest',
        by: 'ban ? rest : list',
      },
    ],
    test: { file: denyListTest, name: 'events that repeat or are late forget no ban' },
  },
  {
    promise: 8,
    name: 'bans that the state store lost are not asked for at auth',
    out: [
      {
        file: denyList,
        text: "const { bans } = await dapr.invoke('auth', 'internal/bans', Bans, bound)",
        by: 'const { bans } = { bans: [] as { userId: string; bannedAt: string }[] }',
      },
    ],
    test: { file: denyListTest, name: 'a state store that was emptied is filled again, from memory and from auth' },
  },
  {
    promise: 8,
    name: 'the public keys are not kept in the state store',
    out: [
      {
        file: tokens,
        text: "if (JSON.stringify(before?.value) !== JSON.stringify(keys)) await dapr.saveState('jwks', keys, before?.etag)",
        by: 'void kept',
      },
    ],
    test: {
      file: 'sdk/src/identity/tokens.test.ts',
      name: 'a service that starts while auth is away knows who is calling',
    },
  },
  {
    promise: 8,
    name: 'a token that was verified once is good for ever',
    out: [{ file: tokens, text: 'known && isCurrent(known, now().getTime())', by: 'known' }],
    test: { file: 'sdk/src/identity/tokens.test.ts', name: 'a token is verified once, and ends when it ends' },
  },
  {
    promise: 8,
    name: 'a token outlives the key that signed it',
    out: [{ file: tokens, text: 'if (JSON.stringify(last.keys) !== JSON.stringify(keys)) onChange()', by: 'void 0' }],
    test: {
      file: 'sdk/src/identity/tokens.test.ts',
      name: 'tokens of a key that auth has taken back are refused once the keys were fetched again',
    },
  },
  {
    promise: 8,
    name: 'a service that was up before auth refuses tokens of the newest key',
    out: [
      {
        file: tokens,
        text: 'if (!(error instanceof errors.JWKSNoMatchingKey && (last.isOutOfDate || keySet.reloading))) throw error',
        by: 'throw error',
      },
    ],
    test: {
      file: 'sdk/src/identity/tokens.test.ts',
      name: 'a token of a newer key than the stored ones: auth is asked, and while it is away nobody can tell',
    },
  },
  {
    promise: 8,
    name: 'a token of another issuer is as good',
    out: [{ file: tokens, text: '      issuer: accessToken.issuer,\n', by: '' }],
    test: forged('of another issuer'),
  },
  {
    promise: 8,
    name: 'a token for another audience is as good',
    out: [{ file: tokens, text: '      audience: accessToken.audience,\n', by: '' }],
    test: forged('for another audience'),
  },
  {
    promise: 8,
    name: 'a token of another type is as good',
    out: [{ file: tokens, text: '      typ: accessToken.typ,\n', by: '' }],
    test: forged('of another type'),
  },
  {
    promise: 8,
    name: 'a token may never expire',
    out: [
      { file: tokens, text: "requiredClaims: ['exp', 'iat', 'sub']", by: "requiredClaims: ['iat', 'sub']" },
      { file: tokens, text: 'exp: v.number(),', by: 'exp: v.optional(v.number(), 9_999_999_999),' },
    ],
    test: forged('that never expires'),
  },
  {
    promise: 8,
    name: 'while auth is away each forged token asks for it',
    out: [
      {
        file: 'sdk/src/identity/tokens.ts',
        text: 'if (keySet.reloading || isOlderThan(askAgainMs)) await',
        by: 'await',
      },
    ],
    test: {
      file: 'sdk/src/identity/tokens.test.ts',
      name: 'while auth is away, tokens of unknown keys ask for it a few times a second at most',
    },
  },
  {
    promise: 8,
    name: 'tokens of the newest key are refused while it is being stored',
    out: [
      {
        file: 'sdk/src/identity/tokens.ts',
        text: '(last.isOutOfDate || keySet.reloading)))',
        by: 'last.isOutOfDate))',
      },
    ],
    test: {
      file: 'sdk/src/identity/tokens.test.ts',
      name: 'while auth comes back and its newer keys are stored, none of their tokens is refused',
    },
  },
  {
    promise: 8,
    name: 'keys that could not be stored give way to older ones',
    out: [
      { file: 'sdk/src/identity/tokens.ts', text: 'last.keys ?? (await stored.load())', by: 'await stored.load()' },
    ],
    test: {
      file: 'sdk/src/identity/tokens.test.ts',
      name: 'keys that could not be stored are not given up for older ones while auth is away',
    },
  },
]
