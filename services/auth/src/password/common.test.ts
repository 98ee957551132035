import { expect, test } from 'bun:test'
import { commonPasswordCount, isCommonPassword } from './common.ts'

// OWASP ASVS 5.0, 6.2.4: at least the 3,000 most common that are long enough.
test('the most common passwords are known, without asking anybody', () => {
  expect(commonPasswordCount()).toBeGreaterThan(15_000)
  for (const password of ['password', 'Password', '12345678', 'iloveyou', 'ｐａｓｓｗｏｒｄ', 'qwertyuiop'])
    expect({ password, isCommon: isCommonPassword(password) }).toEqual({ password, isCommon: true })
})

test('the name of the site with a few digits is known, too', () => {
  for (const password of ['fairpass', 'Fairpass1', 'FAIRPASS2026!'])
    expect({ password, isCommon: isCommonPassword(password) }).toEqual({ password, isCommon: true })
})

test('what is not common is taken, whatever its characters', () => {
  for (const password of ['correct horse battery staple', 'zwölf boxkämpfer', '🎟️🎟️🎟️🎟️🎟️🎟️🎟️🎟️', 'my fairpass password'])
    expect({ password, isCommon: isCommonPassword(password) }).toEqual({ password, isCommon: false })
})
