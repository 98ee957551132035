import { expect, test } from 'bun:test'
import { ServiceUnavailableError } from '@fairpass/sdk/errors'
import { argon2id } from './argon2id.ts'
import { createPasswords } from './passwords.ts'

/** Hashes only when the test lets it. */
const createGate = () => {
  const opened = Promise.withResolvers<void>()
  let running = 0
  let most = 0
  const pass = async <T>(answer: T) => {
    most = Math.max(most, ++running)
    await opened.promise
    running--
    return answer
  }
  return { hasher: { hash: () => pass('hash'), verify: () => pass(true) }, open: opened.resolve, most: () => most }
}

test('a password is kept as argon2id and found again', async () => {
  const passwords = createPasswords(argon2id)
  const hash = await passwords.hash('correct horse')
  expect(hash).toStartWith('$argon2id$v=19$m=19456,t=2,p=1$')
  expect(await passwords.verify('correct horse', hash)).toBe(true)
  expect(await passwords.verify('correct horsf', hash)).toBe(false)
})

test('the same password typed on another keyboard is the same', async () => {
  const passwords = createPasswords(argon2id)
  expect(await passwords.verify('zu\u0308richsee', await passwords.hash('z\u00fcrichsee'))).toBe(true)
})

// Guarantee: how long a refusal takes does not tell who has an account.
test('without an account as much is verified as with one, and never matches', async () => {
  const verified: string[] = []
  const passwords = createPasswords({
    hash: async () => 'decoy',
    verify: async (_, hash) => {
      verified.push(hash)
      return true
    },
  })
  expect(await passwords.verify('correct horse', undefined)).toBe(false)
  expect(verified).toEqual(['decoy'])
})

// Guarantee: a flood is refused at once instead of taking cores and memory, and the queue moves on afterwards.
test('two at once, a bounded queue, 503 beyond it', async () => {
  const gate = createGate()
  const passwords = createPasswords(gate.hasher, { concurrency: 2, maxWaiting: 3 })
  const admitted = Array.from({ length: 5 }, () => passwords.hash('x'))
  const refused = await passwords.hash('x').catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(ServiceUnavailableError)
  expect(refused).toMatchObject({ status: 503, code: 'service_unavailable', retryAfterSeconds: 1 })
  gate.open()
  expect(await Promise.all(admitted)).toHaveLength(5)
  expect(gate.most()).toBe(2)
  expect(await passwords.hash('x')).toBe('hash')
})

// Guarantee: on a machine that hashes slowly nobody waits until the gateway gives them up.
test('who has waited too long is refused without a hash, and the queue moves on', async () => {
  const gate = createGate()
  const passwords = createPasswords(gate.hasher, { concurrency: 1, maxWaiting: 3, maxWaitMs: 20 })
  const first = passwords.hash('x')
  const late = [passwords.hash('x'), passwords.hash('x')].map((hash) => hash.catch((error: unknown) => error))
  await Bun.sleep(30)
  const inTime = passwords.hash('x')
  gate.open()
  expect(await first).toBe('hash')
  for (const refused of await Promise.all(late)) expect(refused).toBeInstanceOf(ServiceUnavailableError)
  expect(await inTime).toBe('hash')
  expect(await passwords.hash('x')).toBe('hash')
})

test('a hash that fails gives its place back', async () => {
  const passwords = createPasswords(
    { hash: () => Promise.reject(new Error('out of memory')), verify: async () => true },
    { concurrency: 1, maxWaiting: 0 },
  )
  for (let attempt = 0; attempt < 3; attempt++) await expect(passwords.hash('x')).rejects.toThrow('out of memory')
  expect(await passwords.verify('x', 'hash')).toBe(true)
})
