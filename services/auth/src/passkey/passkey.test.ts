import { beforeAll, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { createLog } from '@fairpass/sdk/telemetry'
import { testDatabase } from '@fairpass/servers/testing'
import { PasskeyRefusedError } from './ceremony.ts'
import { openPasskeys, type Passkeys } from './store.ts'
import { createAuthenticator } from './testing.ts'

const publicOrigin = 'https://tickets.example'
const nothing = async () => {}
let passkeys: Passkeys

beforeAll(async () => {
  passkeys = openPasskeys(await testDatabase(), { publicOrigin, log: createLog('auth', 'silent') })
  await passkeys.ensureIndexes()
})

const registered = async (userId = newId()) => {
  const authenticator = createAuthenticator(publicOrigin)
  const options = await passkeys.registrationOptions(userId, 'ann@example.com')
  await passkeys.register(userId, authenticator.create(options), 'phone', nothing)
  return { userId, authenticator }
}
const refused = (work: Promise<unknown>) => expect(work).rejects.toBeInstanceOf(PasskeyRefusedError)

test('a passkey says whose it is, without a name', async () => {
  const { userId, authenticator } = await registered()
  const options = await passkeys.authenticationOptions()
  expect(options).toMatchObject({ userVerification: 'required', allowCredentials: [], rpId: 'tickets.example' })
  expect(await passkeys.authenticate(authenticator.get(options))).toBe(userId)
  expect(await passkeys.list(userId)).toMatchObject([{ id: authenticator.id, name: 'phone' }])
})

test('what was signed once is of no use again', async () => {
  const { authenticator } = await registered()
  const answer = authenticator.get(await passkeys.authenticationOptions())
  await passkeys.authenticate(answer)
  await refused(passkeys.authenticate(answer))
})

test('another challenge, site, key, an owner who did not unlock it, or a copy is refused', async () => {
  const { authenticator } = await registered()
  const other = createAuthenticator(publicOrigin)
  const options = () => passkeys.authenticationOptions()
  await refused(passkeys.authenticate(authenticator.get({ challenge: Buffer.alloc(32).toString('base64url') })))
  await refused(passkeys.authenticate(authenticator.get(await options(), { origin: 'https://tickets.example.evil' })))
  await refused(passkeys.authenticate(authenticator.get(await options(), { isVerified: false })))
  await refused(passkeys.authenticate(other.get(await options())))
  await refused(passkeys.authenticate({ ...other.get(await options()), id: authenticator.id, rawId: authenticator.id }))
  await passkeys.authenticate(authenticator.get(await options(), { counter: 100 }))
  await refused(passkeys.authenticate(authenticator.get(await options(), { counter: 7 })))
})

test('a passkey is added with a challenge of its own account alone, once', async () => {
  const [ann, ben] = [newId(), newId()]
  const authenticator = createAuthenticator(publicOrigin)
  const answer = authenticator.create(await passkeys.registrationOptions(ann, 'ann@example.com'))
  await refused(passkeys.register(ben, answer, 'phone', nothing))
  await passkeys.register(
    ann,
    authenticator.create(await passkeys.registrationOptions(ann, 'ann@example.com')),
    'phone',
    nothing,
  )
  const again = await passkeys.registrationOptions(ann, 'ann@example.com')
  expect(again.excludeCredentials).toMatchObject([{ id: authenticator.id }])
  await refused(passkeys.register(ann, authenticator.create(again), 'phone', nothing))
  const signIn = await passkeys.authenticationOptions()
  await refused(passkeys.register(ann, createAuthenticator(publicOrigin).create(signIn), 'phone', nothing))
})

test('nobody removes the passkey of somebody else', async () => {
  const { userId, authenticator } = await registered()
  expect(await passkeys.remove(newId(), authenticator.id, nothing)).toBe(false)
  expect(await passkeys.has(userId)).toBe(true)
  expect(await passkeys.remove(userId, authenticator.id, nothing)).toBe(true)
  expect(await passkeys.has(userId)).toBe(false)
  await refused(passkeys.authenticate(authenticator.get(await passkeys.authenticationOptions())))
})

test('what is no answer at all is refused, not a failure', async () => {
  const { authenticator, userId } = await registered()
  const broken = { ...authenticator.get(await passkeys.authenticationOptions()), response: {} }
  await refused(passkeys.authenticate(broken as never))
  await refused(passkeys.authenticate(authenticator.get({ challenge: { $gt: '' } as never })))
  await refused(passkeys.register(userId, { id: 'x', response: {} } as never, 'phone', nothing))
})
