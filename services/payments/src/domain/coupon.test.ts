import { expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { readCouponCode, showCouponCode } from '@fairpass/sdk/values'
import fc from 'fast-check'
import { createCodeVault, hashOf } from '../coupon/vault.ts'
import { type Coupon, newCode, redeem, release, withdraw } from './coupon.ts'

const now = new Date('2030-01-01T00:00:00Z')
const aCoupon = (more: Partial<Coupon> = {}): Coupon => ({
  id: newId(),
  version: 1,
  ...createCodeVault('a secret of the tests').keep(newCode()),
  batchId: newId(),
  maxRedemptions: 1,
  redemptions: 0,
  createdAt: now,
  ...more,
})

test('a code is read back however somebody writes it down', () => {
  fc.assert(
    fc.property(fc.constant(null).map(newCode), fc.boolean(), (code, isLower) => {
      const shown = showCouponCode(code)
      expect(shown).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/)
      expect(readCouponCode(isLower ? shown.toLowerCase() : ` ${shown.replaceAll('-', ' ')}`)).toBe(code)
      expect(readCouponCode(code.replaceAll('0', 'o').replaceAll('1', 'l'))).toBe(code)
    }),
  )
})

test('what is no code is none', () => {
  for (const typed of [
    '',
    'WELCOME',
    '7KQ2-M4XD-9TFA-R0ZU',
    '7KQ2-M4XD-9TFA-R0Z',
    '7KQ2-M4XD-9TFA-R0ZBB',
    '💥'.repeat(8),
  ])
    expect(readCouponCode(typed)).toBeUndefined()
})

test('a coupon is redeemed as often as it says, and not when it has ended', () => {
  const twice = aCoupon({ maxRedemptions: 2 })
  const spent = redeem(redeem(twice, now), now)
  expect(() => redeem(spent, now)).toThrow('cannot be redeemed')
  expect(redeem(release(spent), now).redemptions).toBe(2)
  expect(() => redeem(aCoupon({ expiresAt: now }), now)).toThrow('cannot be redeemed')
  expect(() => redeem(withdraw(aCoupon(), now), now)).toThrow('cannot be redeemed')
  expect(redeem(aCoupon({ expiresAt: new Date(now.getTime() + 1) }), now).redemptions).toBe(1)
})

test('a code has 80 bits, and no symbols that look or sound alike', () => {
  const seen = new Set(Array.from({ length: 2_000 }, newCode).flatMap((code) => [...code]))
  expect(seen.size).toBe(32)
  for (const symbol of 'ILOU') expect(seen.has(symbol)).toBe(false)
  expect(newCode()).toHaveLength(16)
})

// Guarantee: a reader of the database can use no coupon.
test('a kept code is found and read back, and not without the secret', () => {
  const code = newCode()
  const kept = createCodeVault('a secret').keep(code)
  expect(kept.codeHash).toBe(hashOf(code))
  expect(JSON.stringify(kept)).not.toContain(code)
  expect(createCodeVault('a secret').read(kept)).toBe(code)
  expect(createCodeVault('another secret').read(kept)).toBe(`************${code.slice(-4)}`)
  expect(createCodeVault('a secret').keep(code).sealedCode).not.toBe(kept.sealedCode)
})
