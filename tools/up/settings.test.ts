import { expect, test } from 'bun:test'
import { readSettings } from './settings.ts'

test.each([
  ['https://tickets.example/', 'https://tickets.example'],
  ['http://localhost:3000/', 'http://localhost:3000'],
  ['HTTPS://Tickets.Example:443/shop?x', 'https://tickets.example'],
  ['', 'http://localhost:4000'],
])('PUBLIC_ORIGIN=%p is %p, as browsers tell it', (given, origin) => {
  expect(readSettings({ PORT: '4000', PUBLIC_ORIGIN: given }).publicOrigin).toBe(origin)
})

test.each(['tickets.example', 'ftp://tickets.example', 'x'])('PUBLIC_ORIGIN=%p is refused in words', (given) => {
  expect(() => readSettings({ PUBLIC_ORIGIN: given })).toThrow('must be an address such as https://tickets.example')
})
