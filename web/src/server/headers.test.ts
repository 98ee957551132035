import { expect, test } from 'bun:test'
import { securityHeaders } from './headers.ts'

test('over https pages are for https alone, and so is everything in them', () => {
  const secure = securityHeaders('n', 'https://fairpass.example')
  expect(secure['strict-transport-security']).toBe('max-age=31536000; includeSubDomains')
  expect(secure['content-security-policy']).toContain('upgrade-insecure-requests')
  const plain = securityHeaders('n', 'http://localhost:3000')
  expect(plain['strict-transport-security']).toBeUndefined()
  expect(plain['content-security-policy']).not.toContain('upgrade-insecure-requests')
})

test('nothing is allowed that is not named', () => {
  const headers = securityHeaders('n', 'https://fairpass.example')
  expect(headers['content-security-policy']).toStartWith("default-src 'none'; script-src 'nonce-n' 'strict-dynamic';")
  expect(headers['content-security-policy']).not.toMatch(/unsafe|https?:|\*/)
  expect(headers['permissions-policy']).toBe('camera=(), geolocation=(), microphone=(), payment=(), usb=()')
  expect(headers['referrer-policy']).toBe('strict-origin-when-cross-origin')
  expect(headers['cache-control']).toBe('private, no-store')
})

test('Stripe may come in where its form stands, and brings nobody along', () => {
  const headers = securityHeaders('n', 'https://fairpass.example', true)
  const hosts = headers['content-security-policy']?.match(/https:\/\/[^ ;]+/g) ?? []
  expect(hosts.length).toBeGreaterThan(0)
  expect(hosts.every((host) => /^https:\/\/(\*\.)?(js\.|hooks\.|api\.)?stripe\.com$/.test(host))).toBe(true)
  expect(headers['content-security-policy']).not.toContain('unsafe')
})
