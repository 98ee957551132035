import { expect, test } from 'bun:test'
import { readRuntimes } from './choice.ts'

const apps = ['auth', 'tickets', 'orders', 'expiration', 'payments', 'web']

test.each([
  [undefined, []],
  ['', []],
  ['bun', []],
  ['deno', apps],
  ['orders:deno', ['orders']],
  ['orders:deno, payments:deno', ['orders', 'payments']],
  ['deno,web:bun', apps.slice(0, -1)],
  ['web:bun,deno', apps.slice(0, -1)],
])('RUNTIME=%p puts %p on Deno', (text, onDeno) => {
  const runtimes = readRuntimes(text, apps)
  expect(apps.filter((id) => runtimes(id) === 'deno')).toEqual([...onDeno])
})

test.each([
  ['node', '"node" is no runtime; there are bun and deno'],
  ['Deno', '"Deno" is no runtime'],
  ['orders:', '"" is no runtime'],
  ['orders:deno:2', '"deno:2" is no runtime'],
  ['order:deno', 'there is no app "order"; there are auth, tickets, orders, expiration, payments, web'],
])('RUNTIME=%p is refused in words', (text, why) => {
  expect(() => readRuntimes(text, apps)).toThrow(why)
})
