import { expect, test } from 'bun:test'
import { readPaymentsConfig } from './config.ts'

const env = { APP_PORT: '4005' }

test('a key is all that Stripe itself needs', () => {
  const config = readPaymentsConfig({ ...env, STRIPE_SECRET_KEY: 'sk_test_x' })
  expect(config).toMatchObject({ STRIPE_SECRET_KEY: 'sk_test_x' })
  expect(config.STRIPE_API_URL).toBeUndefined()
})

test('the local double needs no key of its own', () => {
  const config = readPaymentsConfig({ ...env, STRIPE_API_URL: 'http://127.0.0.1:12111' })
  expect(config.STRIPE_SECRET_KEY).toStartWith('sk_test_')
})

test('without either, the message says which variable is missing', () => {
  expect(() => readPaymentsConfig(env)).toThrow('STRIPE_SECRET_KEY is missing')
})
