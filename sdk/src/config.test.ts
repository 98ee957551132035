import { expect, test } from 'bun:test'
import * as v from 'valibot'
import { commonConfig, readConfig, wholeNumber } from './config.ts'

const entries = { ...commonConfig, HOLD_SECONDS: v.optional(wholeNumber(1, 86_400), '900') }

test('defaults stand in for what is missing or empty', () => {
  const config = readConfig(entries, { APP_PORT: '4003', HOLD_SECONDS: '', UNRELATED: 'x' })
  expect(config).toMatchObject({
    APP_PORT: 4003,
    HOLD_SECONDS: 900,
    PUBLIC_ORIGIN: 'http://localhost:3000',
    LOG_LEVEL: 'info',
  })
  expect(config).not.toHaveProperty('UNRELATED')
})

test('every wrong variable is named, and none of their values', () => {
  const read = () =>
    readConfig(entries, {
      HOLD_SECONDS: 'soon',
      PUBLIC_ORIGIN: 'not-an-origin',
      MONGODB_URI: 'mysql://user:secret@host',
    })
  expect(read).toThrow(/APP_PORT is missing/)
  expect(read).toThrow(/HOLD_SECONDS must be a whole number/)
  expect(read).toThrow(/PUBLIC_ORIGIN must be an origin/)
  expect(read).toThrow(/MONGODB_URI must begin with/)
  expect(read).not.toThrow(/secret/)
})

test('bounds hold', () => {
  for (const seconds of ['0', '86401', '-1', '1.5', '1e3', ' 8'])
    expect(() => readConfig(entries, { APP_PORT: '1', HOLD_SECONDS: seconds })).toThrow(/HOLD_SECONDS/)
})
