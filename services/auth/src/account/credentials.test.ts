import { expect, test } from 'bun:test'
import * as v from 'valibot'
import { readAuthConfig } from '../config.ts'
import { Email, NewPassword } from './credentials.ts'

test.each([
  ['  Ann@Example.COM ', 'ann@example.com'],
  ['\uff21nn@example.com', 'ann@example.com'],
  ['ann+opera@mail.example.com', 'ann+opera@mail.example.com'],
  ["o'brien@example.com", "o'brien@example.com"],
  ['ann@xn--bcher-kva.de', 'ann@xn--bcher-kva.de'],
  ['Ann@Bücher.de', 'ann@xn--bcher-kva.de'],
])('the address %p is found as %p', (given, stored) => {
  expect(v.parse(Email, given)).toBe(stored)
})

test.each([
  '',
  'ann',
  'ann@',
  '@example.com',
  'a b@example.com',
  `${'a'.repeat(250)}@example.com`,
  7,
  null,
  { $ne: null },
])('%p is a bad email, said once', (given) => {
  expect(v.safeParse(Email, given).issues?.map(({ message }) => message)).toEqual(['Bad Email'])
})

test('a password has 8 to 128 characters as people count them', () => {
  for (const password of ['4 8 15 1', '🎟'.repeat(8), '🎟'.repeat(128), ' '.repeat(8)])
    expect(v.is(NewPassword, password)).toBe(true)
  for (const password of ['1234567', '🎟'.repeat(7), 'x'.repeat(129), `1234567\ud83c`, 12345678, null, ['12345678']])
    expect(v.is(NewPassword, password)).toBe(false)
})

test('a short JWT_KEY, and an admin without a password, are refused at start', () => {
  const env = { APP_PORT: '4001', JWT_KEY: 'sixteen-letters!' }
  expect(readAuthConfig(env)).toMatchObject({ ACCESS_TOKEN_SECONDS: 900, REFRESH_TOKEN_SECONDS: 2_592_000 })
  expect(() => readAuthConfig({ ...env, JWT_KEY: 'fifteen-letters' })).toThrow(
    'JWT_KEY must have at least 16 characters',
  )
  expect(() => readAuthConfig({ APP_PORT: '4001' })).toThrow('JWT_KEY is missing')
  expect(() => readAuthConfig({ ...env, ADMIN_EMAIL: 'ann@example.com' })).toThrow('belong together')
})

test('a password that everybody tries first is refused, and why is said once', () => {
  const messages = (given: string) => v.safeParse(NewPassword, given).issues?.map(({ message }) => message)
  expect(messages('password')).toEqual(['is one of the most common passwords; choose another one'])
  expect(messages('pass')).toEqual(['must have 8 to 128 characters'])
})

test('a first admin with a password that everybody tries is refused at start', () => {
  const env = { APP_PORT: '1', JWT_KEY: 'a long enough secret', PUBLIC_ORIGIN: 'http://localhost:3000' }
  const named = (ADMIN_PASSWORD: string) => readAuthConfig({ ...env, ADMIN_EMAIL: 'ann@example.com', ADMIN_PASSWORD })
  expect(() => named('Password1')).toThrow('ADMIN_PASSWORD is one of the most common passwords; choose another one')
  expect(named('correct horse battery staple').ADMIN_EMAIL).toBe('ann@example.com')
})
