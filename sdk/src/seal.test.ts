import { expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { seal, unseal } from './seal.ts'

const key = randomBytes(32)

test('what is sealed is read with its key alone', () => {
  expect(unseal(seal('Grüße', key), key)).toBe('Grüße')
  expect(() => unseal(seal('Grüße', key), randomBytes(32))).toThrow()
})

test('what was changed is not read', () => {
  const bytes = Buffer.from(seal('Grüße', key), 'base64url')
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  expect(() => unseal(bytes.toString('base64url'), key)).toThrow()
})

test('what was sealed in the other alphabet of base64 is still read', () => {
  const sealed = Buffer.from(seal('kept before', key), 'base64url').toString('base64')
  expect(unseal(sealed, key)).toBe('kept before')
})
