import { expect, test } from 'bun:test'
import { UnknownFileKeyError } from './key-wrap.ts'
import { createSeal } from './seal.ts'

const seal = createSeal({ current: 'a secret of the tests' })
const plain = Buffer.from('FAIR-0001, which opens a door')

// Promise 9: what is stored opens for nobody without the key, and for no other file.
test('a file opens under its own id alone, whole alone', async () => {
  const sealed = await seal.seal('one', plain)
  expect(await seal.open('one', sealed)).toEqual(plain)
  expect(seal.open('two', sealed)).rejects.toThrow()
  const changed = Buffer.from(sealed.data)
  changed[0] = (changed[0] ?? 0) ^ 1
  expect(seal.open('one', { ...sealed, data: changed })).rejects.toThrow()
  expect(Buffer.concat([sealed.data, sealed.wrappedKey]).includes('FAIR-0001')).toBe(false)
})

test('another key opens nothing, and says which one is missing', async () => {
  const other = createSeal({ current: 'another secret of the tests' })
  const sealed = await seal.seal('one', plain)
  expect(other.knows(sealed.keyId)).toBe(false)
  expect(other.open('one', sealed)).rejects.toThrow(UnknownFileKeyError)
})

test('while a key is replaced both open, and barcodes of both count', async () => {
  const sealed = await seal.seal('one', plain)
  const next = createSeal({ current: 'the next secret of the tests', previous: 'a secret of the tests' })
  expect(await next.open('one', sealed)).toEqual(plain)
  const rewrapped = { ...sealed, ...(await next.rewrap(sealed)) }
  const after = createSeal({ current: 'the next secret of the tests' })
  expect(await after.open('one', rewrapped)).toEqual(plain)
  const barcode = { symbology: 'qr' as const, bytes: plain }
  const [former, latter] = [seal.fingerprints(barcode), after.fingerprints(barcode)]
  expect(next.fingerprints(barcode)).toEqual({
    claimed: latter.claimed,
    alike: [...latter.alike, ...former.claimed, ...former.alike],
  })
})

// Promise 10. The first fingerprint is what was stored before there was a second; it must not change.
test('a code is known by its symbology and bytes, and by what it says in any', () => {
  const qr = seal.fingerprints({ symbology: 'qr', bytes: plain })
  const aztec = seal.fingerprints({ symbology: 'aztec', bytes: plain })
  expect(qr.claimed[0]).toBe('6w0edxAGas7cQK_s7v_IIcQ5ZVxSu5J-xY6T94U7AvA')
  expect(aztec.claimed[0]).not.toBe(qr.claimed[0] ?? '')
  expect(aztec.claimed[1]).toBe(qr.claimed[1] ?? '')
  expect(aztec.alike).toContain(qr.claimed[0] ?? '')
  // Too short to be told from another organiser's number.
  expect(seal.fingerprints({ symbology: 'qr', bytes: Buffer.from('0042') })).toMatchObject({ alike: [] })
})
