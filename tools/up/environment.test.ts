import { expect, test } from 'bun:test'
import { appEnv, sidecarEnv, tokensOf } from './environment.ts'

const shared = {
  PATH: '/bin',
  PUBLIC_ORIGIN: 'http://localhost:3000',
  HOST: '0.0.0.0',
  PORT: '3000',
  JWT_KEY: 'jwt',
  JWT_KEY_PREVIOUS: 'jwt of before',
  ADMIN_EMAIL: 'admin@fairpass.example',
  ADMIN_PASSWORD: 'admin password',
  STRIPE_SECRET_KEY: 'sk',
  STRIPE_WEBHOOK_SECRET: 'whsec',
  STRIPE_API_URL: 'http://127.0.0.1:1',
  STRIPE_PUBLISHABLE_KEY: 'pk',
  MONGODB_URI: 'mongodb://127.0.0.1',
  REDIS_HOST: '127.0.0.1:6379',
  REDIS_PASSWORD: 'redis password',
}
const tokens = { app: 'app token', dapr: 'dapr token' }
const ids = ['auth', 'tickets', 'orders', 'expiration', 'payments', 'web']
const envOf = (id: string) =>
  appEnv(
    {
      id,
      dir: '/',
      port: 4001,
      sidecar: { httpPort: 3501, grpcPort: 1, internalGrpcPort: 2 },
      command: ['bun'],
      env: {},
    },
    shared,
    tokens,
  )
const readersOf = (name: string) => ids.filter((id) => name in envOf(id))

test('a secret reaches the app that needs it and no other', () => {
  for (const name of ['JWT_KEY', 'JWT_KEY_PREVIOUS', 'ADMIN_EMAIL', 'ADMIN_PASSWORD'])
    expect(readersOf(name)).toEqual(['auth'])
  for (const name of ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'STRIPE_API_URL'])
    expect(readersOf(name)).toEqual(['payments'])
  expect(readersOf('STRIPE_PUBLISHABLE_KEY')).toEqual(['payments', 'web'])
  expect(readersOf('MONGODB_URI')).toEqual(['auth', 'tickets', 'orders', 'expiration', 'payments'])
  expect(readersOf('REDIS_PASSWORD')).toEqual([])
})

test('a sidecar gets Redis and the tokens, and no secret of an app', () => {
  expect(sidecarEnv(shared, tokens)).toEqual({
    PATH: '/bin',
    PUBLIC_ORIGIN: 'http://localhost:3000',
    REDIS_HOST: '127.0.0.1:6379',
    REDIS_PASSWORD: 'redis password',
    APP_API_TOKEN: 'app token',
    DAPR_API_TOKEN: 'dapr token',
    GOMAXPROCS: expect.stringMatching(/^[1-9]\d*$/),
  })
})

test('only the web app learns where the public listens; the services stay on loopback', () => {
  expect(readersOf('HOST')).toEqual(['web'])
  expect(envOf('orders')).toMatchObject({ APP_PORT: '4001', DAPR_HTTP_PORT: '3501', APP_API_TOKEN: 'app token' })
})

test('each app and its sidecar have tokens of their own, unless the environment gives some', () => {
  const [one, other] = [tokensOf({}), tokensOf({ APP_API_TOKEN: '' })]
  expect(new Set([one.app, one.dapr, other.app, other.dapr]).size).toBe(4)
  expect(tokensOf({ APP_API_TOKEN: 'app token', DAPR_API_TOKEN: 'dapr token' })).toEqual(tokens)
})
