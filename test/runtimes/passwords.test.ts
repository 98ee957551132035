import { expect, test } from 'bun:test'
import * as v from 'valibot'
import { runScript } from './scripts.ts'

const Hashed = v.object({ hash: v.string(), verified: v.array(v.union([v.boolean(), v.string()])) })
const hashed = async (runtime: 'bun' | 'deno', password: string, ...hashes: string[]) =>
  v.parse(Hashed, await runScript(runtime, ['hash-passwords.ts', password, ...hashes]))

/** Of the reference implementation: `echo -n password | argon2 somesalt -id -t 2 -k 256 -p 1 -e`. */
const ofReference = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'

// Guarantee: an account made on one runtime signs in on the other.
test('what one runtime hashed the other verifies, and no other password', async () => {
  const password = 'Grüße, 世界 🎟️ and a long enough password'
  const [onBun, onDeno] = await Promise.all([hashed('bun', password), hashed('deno', password)])
  const form = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{43}\$[A-Za-z0-9+/]{43}$/
  expect(onBun.hash).toMatch(form)
  expect(onDeno.hash).toMatch(form)
  const both = [onBun.hash, onDeno.hash]
  for (const runtime of ['bun', 'deno'] as const) {
    expect((await hashed(runtime, password, ...both)).verified).toEqual([true, true])
    expect((await hashed(runtime, `${password}!`, ...both)).verified).toEqual([false, false])
  }
})

test('a hash of the reference implementation is verified on both', async () => {
  for (const runtime of ['bun', 'deno'] as const)
    expect((await hashed(runtime, 'password', ofReference)).verified).toEqual([true])
})

test('what is no hash, or costs more than any of ours, is refused on Deno before it takes memory', async () => {
  const [head, tail] = ['$argon2id$v=19$m=', ',p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4']
  const wrong = [
    '',
    'x',
    `${head}4294967295,t=1${tail}`,
    `${head}256,t=99999${tail}`,
    ofReference.replace('argon2id', 'argon2i'),
  ]
  expect((await hashed('deno', 'password', ...wrong)).verified).toEqual(wrong.map(() => 'no hash'))
})
