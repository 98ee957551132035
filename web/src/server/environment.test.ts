import { expect, test } from 'bun:test'
import { settingsFrom } from './environment.ts'

test('the app’s own port wins, and the public origin follows it', () => {
  expect(settingsFrom({ APP_PORT: '4000', PORT: '3000', DAPR_HTTP_PORT: '3501' })).toMatchObject({
    port: 4000,
    host: '127.0.0.1',
    daprEndpoint: 'http://127.0.0.1:3501',
    publicOrigin: 'http://localhost:4000',
  })
  expect(settingsFrom({ PUBLIC_ORIGIN: 'https://fair.example/', DAPR_API_TOKEN: '' })).toMatchObject({
    publicOrigin: 'https://fair.example',
    daprApiToken: undefined,
  })
})

test('a wrong variable is named', () => {
  expect(() => settingsFrom({ APP_PORT: 'abc' })).toThrow('APP_PORT')
  expect(() => settingsFrom({ PUBLIC_ORIGIN: 'here' })).toThrow('PUBLIC_ORIGIN')
  expect(() => settingsFrom({ TLS_PORT: '3443' })).toThrow('TLS_CERT_FILE')
})
