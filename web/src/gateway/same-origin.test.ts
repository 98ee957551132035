import { expect, test } from 'bun:test'
import { isCrossSite, isOfOtherAddress } from './same-origin.ts'

const publicOrigin = 'https://fair.example'
const from = (method: string, headers: Record<string, string>) =>
  isCrossSite(new Request(`${publicOrigin}/sell`, { method, headers }), publicOrigin)

test('an unsafe request from a page of another site is refused', () => {
  expect(from('POST', { origin: 'https://evil.example' })).toBe(true)
  expect(from('POST', { origin: 'null' })).toBe(true)
  expect(from('DELETE', { origin: 'http://fair.example' })).toBe(true)
  expect(from('POST', { 'sec-fetch-site': 'cross-site' })).toBe(true)
  expect(from('POST', { origin: publicOrigin, 'sec-fetch-site': 'same-site' })).toBe(true)
})

test('our own pages, a typed address and callers that are no browsers pass', () => {
  expect(from('POST', { origin: publicOrigin, 'sec-fetch-site': 'same-origin' })).toBe(false)
  expect(from('POST', { 'sec-fetch-site': 'none' })).toBe(false)
  expect(from('POST', {})).toBe(false)
  expect(from('GET', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).toBe(false)
})

test('a page of this server at another address is told from one of another site', () => {
  const sent = (origin: string) =>
    isOfOtherAddress(new Request('http://127.0.0.1:3000/sell', { method: 'POST', headers: { origin } }))
  expect(sent('http://127.0.0.1:3000')).toBe(true)
  for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1:4000', 'x', ''])
    expect(sent(origin)).toBe(false)
})
