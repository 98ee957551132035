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

test.each(['0', '65536', '-1', '0x10', '1e3', '3000.5', 'abc', '٣٠٠٠'])('PORT=%p is refused in words', (given) => {
  expect(() => readSettings({ PORT: given })).toThrow('must be a number from 1 to 65535')
})

test.each([
  ['3000', 3000],
  [' 3001 ', 3001],
  ['', 3000],
])('PORT=%p is %p', (given, port) => {
  expect(readSettings({ PORT: given }).port).toBe(port)
})
