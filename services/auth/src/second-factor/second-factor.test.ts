import { beforeAll, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { testDatabase } from '@fairpass/servers/testing'
import { openSecondFactors, SecondFactorCodeError, type SecondFactors } from './store.ts'
import { stepOfCode, totpCode } from './totp.ts'

let factors: SecondFactors

beforeAll(async () => {
  factors = openSecondFactors(await testDatabase())
})

const nothing = async () => {}
const now = new Date('2030-05-31T20:00:00Z')
const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000)

const withApp = async () => {
  const userId = newId()
  const { secret, uri } = await factors.begin(userId, 'ann@example.com')
  const recoveryCodes = await factors.confirm(userId, totpCode(secret, now), nothing, now)
  return { userId, secret, uri, recoveryCodes }
}

// RFC 6238, appendix B: "12345678901234567890", the last six digits.
test.each([
  [59, '287082'],
  [1111111109, '081804'],
  [1234567890, '005924'],
  [20000000000, '353130'],
])('codes are those of RFC 6238 at %d s', (seconds, code) => {
  expect(totpCode('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', new Date(seconds * 1_000))).toBe(code)
})

test('an app counts once it has shown a code, and says whose account it is', async () => {
  const userId = newId()
  const { secret, uri } = await factors.begin(userId, 'ann@example.com')
  expect(uri).toContain('otpauth://totp/Fairpass:ann%40example.com?issuer=Fairpass')
  expect(await factors.statusOf(userId)).toEqual({ hasTotp: false, recoveryCodesLeft: 0 })
  await expect(factors.confirm(userId, '000000', nothing, now)).rejects.toBeInstanceOf(SecondFactorCodeError)
  await expect(factors.use(userId, totpCode(secret, now), now)).rejects.toBeInstanceOf(SecondFactorCodeError)
  expect(await factors.confirm(userId, totpCode(secret, now), nothing, now)).toHaveLength(10)
  expect(await factors.statusOf(userId)).toEqual({ hasTotp: true, recoveryCodesLeft: 10 })
})

// Guarantee: a code that somebody looked at over a shoulder is of no use.
test('a code works once, even at once, and neither does one from before it', async () => {
  const { userId, secret } = await withApp()
  const code = totpCode(secret, later(60))
  const uses = await Promise.allSettled(Array.from({ length: 8 }, () => factors.use(userId, code, later(60))))
  expect(uses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  await expect(factors.use(userId, totpCode(secret, later(30)), later(60))).rejects.toBeInstanceOf(
    SecondFactorCodeError,
  )
  await factors.use(userId, totpCode(secret, later(90)), later(90))
})

test('a code counts half a minute to either side, and no longer', () => {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  const code = totpCode(secret, now)
  for (const seconds of [-30, 0, 30]) expect(stepOfCode(secret, code, 0, later(seconds))).toBeDefined()
  for (const seconds of [-90, 90]) expect(stepOfCode(secret, code, 0, later(seconds))).toBeUndefined()
  expect(stepOfCode(secret, `${code.slice(0, 3)} ${code.slice(3)}`, 0, now)).toBeDefined()
  for (const typed of ['', '12345', '1234567', 'abcdef', '１２３４５６'])
    expect(stepOfCode(secret, typed, 0, now)).toBeUndefined()
})

test('a recovery code works once, however it is typed; none is in the database', async () => {
  const { userId, recoveryCodes } = await withApp()
  const [code = ''] = recoveryCodes
  expect(code).toMatch(/^[0-9a-z]{6}(-[0-9a-z]{6}){3}$/)
  await factors.use(userId, ` ${code.toUpperCase().replaceAll('-', ' ')} `, now)
  await expect(factors.use(userId, code, now)).rejects.toBeInstanceOf(SecondFactorCodeError)
  expect(await factors.statusOf(userId)).toEqual({ hasTotp: true, recoveryCodesLeft: 9 })
})

test.each([
  (code: string) => code.replaceAll('-', '–'),
  (code: string) => ` ${code.toUpperCase()}\u200b`,
  (code: string) => code.replaceAll('-', ''),
  (code: string) => code.replaceAll('-', 'ー').replaceAll('0', 'O').replaceAll('1', 'l'),
  (code: string) => `\u201c${code}\u201d`,
  (code: string) => code.replace(/[0-9]/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
])('a recovery code is read as a person would: %p', async (typed) => {
  const { userId, recoveryCodes } = await withApp()
  await factors.use(userId, typed(recoveryCodes[0] ?? ''), now)
  expect(await factors.statusOf(userId)).toMatchObject({ recoveryCodesLeft: 9 })
})

test('a code of an app is read as a person would', () => {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  const code = totpCode(secret, now)
  const inDigitsFrom = (zero: number) => code.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)))
  const grouped = [' ', '-', '\u00a0', '\u202f', '–', '\u200b'].map(
    (one) => `${code.slice(0, 3)}${one}${code.slice(3)}`,
  )
  for (const typed of [...grouped, inDigitsFrom(0xff10), inDigitsFrom(0x660), `\ufeff${code}\n`])
    expect({ typed, isGood: stepOfCode(secret, typed, 0, now) !== undefined }).toEqual({ typed, isGood: true })
  for (const typed of [`${code}0`, code.slice(1), `a${code}`, `${code} ${code}`, ''])
    expect(stepOfCode(secret, typed, 0, now)).toBeUndefined()
})

test('new recovery codes end the ones before', async () => {
  const { userId, recoveryCodes } = await withApp()
  const renewed = await factors.renewRecoveryCodes(userId, nothing)
  await expect(factors.use(userId, recoveryCodes[0] ?? '', now)).rejects.toBeInstanceOf(SecondFactorCodeError)
  await factors.use(userId, renewed[0] ?? '', now)
  await expect(factors.renewRecoveryCodes(newId(), nothing)).rejects.toBeInstanceOf(SecondFactorCodeError)
})

test('a new secret that was not proven leaves the app of before as it is', async () => {
  const { userId, secret } = await withApp()
  await factors.begin(userId, 'ann@example.com')
  await factors.use(userId, totpCode(secret, later(60)), later(60))
})
