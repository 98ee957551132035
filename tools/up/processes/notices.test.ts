import { expect, test } from 'bun:test'
import { byLine, createNotices, worthReading } from './notices.ts'

test('of an app a person reads warnings, errors and what is not JSON, never the request lines', () => {
  expect(worthReading('{"level":"info","msg":"request","path":"/api/orders"}', 'app')).toBeUndefined()
  expect(worthReading('{"level":"warn","msg":"outbox failed","err":{"message":"no answer"}}', 'app')).toBe(
    'outbox failed: no answer',
  )
  expect(worthReading('{"level":50,"message":"refused"}', 'app')).toBe('refused')
  expect(worthReading('error: Module not found', 'app')).toBe('error: Module not found')
})

test('while everything starts, an app that waits for its database is not worth reading', () => {
  expect(worthReading('{"level":"error","msg":"Not ready"}', 'app', true)).toBeUndefined()
})

test('of sidecars and servers a person reads only what ends them', () => {
  expect(worthReading('{"level":"error","msg":"connection refused"}', 'sidecar')).toBeUndefined()
  expect(worthReading('{"level":"fatal","msg":"no component"}', 'sidecar')).toBe('no component')
  expect(worthReading('{"s":"I","msg":"Connection accepted"}', 'server')).toBeUndefined()
  expect(worthReading('{"s":"F","msg":"Wrong version","attr":{"error":"7.0 is needed"}}', 'server')).toBe(
    'Wrong version: 7.0 is needed',
  )
  expect(worthReading('1:M # Failed to write: no space', 'server')).toBe('1:M # Failed to write: no space')
})

test('the same notice is not repeated, though its ids and numbers differ', () => {
  const lines: string[] = []
  const notice = createNotices((line) => lines.push(line))
  notice('orders', 'order 6a1f0c2d9e was late by 12 ms')
  notice('orders', 'order 77ab0c2d11 was late by 9 ms')
  notice('tickets', 'order 77ab0c2d11 was late by 9 ms')
  expect(lines).toEqual([
    'orders           order 6a1f0c2d9e was late by 12 ms',
    'tickets          order 77ab0c2d11 was late by 9 ms',
  ])
})

test('lines are whole, however the chunks are cut, within a letter too', () => {
  const lines: string[] = []
  const read = byLine((line) => lines.push(line))
  const bytes = new TextEncoder().encode('größe\nzwei\n')
  for (const byte of bytes) read(Uint8Array.of(byte))
  expect(lines).toEqual(['größe', 'zwei'])
})
