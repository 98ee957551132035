import { expect, test } from 'bun:test'
import * as v from 'valibot'
import { TimeZone } from './time-zone.ts'

test.each(['UTC', 'Europe/Vienna', 'America/Argentina/Buenos_Aires', 'Asia/Kolkata'])('%p is a zone', (name) => {
  expect(v.parse(TimeZone, name)).toBe(name)
})

test.each(['', '+02:00', 'Europe/Nowhere', '<b>', 'x'.repeat(65), 2])('%p is none', (name) => {
  expect(v.is(TimeZone, name)).toBe(false)
})
