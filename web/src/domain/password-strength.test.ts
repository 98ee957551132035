import { expect, test } from 'bun:test'
import { passwordStrength } from './password-strength.ts'

test.each([
  ['1234567', 'short'],
  ['🎟🎟🎟', 'short'],
  ['12345678901234567890', 'weak'],
  ['aaaaaaaaaaaaaaaaaaaaaaaa', 'weak'],
  ['abcabcab', 'weak'],
  ['abababababababababab', 'weak'],
  ['abcdefghijklmnopqrstuvwxyz', 'weak'],
  ['Tr0ub4dor&3', 'fair'],
  ['correct horse battery staple', 'strong'],
  ['zwölf boxkämpfer jagen', 'strong'],
  ['券を売る人は正直であるべきだと思う', 'strong'],
] as const)('%s is %s', (password, strength) => {
  expect(passwordStrength(password)).toBe(strength)
})
