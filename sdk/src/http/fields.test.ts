import { expect, test } from 'bun:test'
import * as v from 'valibot'
import { RequestValidationError } from '../errors.ts'
import { parse } from './body.ts'
import { lineOfText, linesOfText, Moment, someLinesOfText, TimeZone } from './fields.ts'

const Form = v.strictObject({ title: lineOfText(10, 'Opera'), description: v.optional(linesOfText(20)) })

const refusalsOf = (value: unknown): unknown[] => {
  try {
    parse(Form, value)
    return []
  } catch (error) {
    return error instanceof RequestValidationError ? error.serialize() : [error]
  }
}

test.each([
  '',
  ' ',
  '\u200b',
  '\u2800\u3164',
  '\ufffc',
  'Opera \u202eHouse',
  'a\nb',
  'a\u2028b',
  'x'.repeat(11),
  'a\ud800',
  7,
  null,
])('the line %p is refused', (title) => {
  expect(refusalsOf({ title })).not.toEqual([])
})

test.each([
  [' Opera\u200b', 'Opera'],
  ['👩‍👩‍👧‍👦'.repeat(10), '👩‍👩‍👧‍👦'.repeat(10)],
  ['שלום', 'שלום'],
])('the line %p is %p', (title, kept) => {
  expect(parse(Form, { title })).toEqual({ title: kept })
})

test('a line break counts once, and is one', () => {
  const typed = 'ab\r\n'.repeat(6).trim()
  expect(parse(Form, { title: 'x', description: `${typed}\r\n` }).description).toBe('ab\n'.repeat(6).trim())
  expect(refusalsOf({ title: 'x', description: 'x'.repeat(21) })).not.toEqual([])
  expect(parse(Form, { title: 'x', description: '\u200b\n' }).description).toBe('')
})

// Guarantee: nobody reads the validator's own words.
test('what is missing, too much or of another kind is said in words', () => {
  expect(refusalsOf({ title: 'x', id: 'y' })).toEqual([{ message: 'is not a field here', field: 'id' }])
  expect(refusalsOf({})).toEqual([{ message: 'is missing', field: 'title' }])
  const Other = v.object({ a: v.string(), b: v.number(), c: v.array(v.string()), d: v.picklist(['x', 'z']) })
  try {
    parse(Other, { a: 1, b: 'x', c: {}, d: 'y' })
  } catch (error) {
    expect(error instanceof RequestValidationError && error.serialize().map(({ message }) => message)).toEqual([
      'must be a text',
      'must be a number',
      'must be a list',
      'must be x or z',
    ])
  }
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, nth) => [`f${nth}`, 1]))
  expect(refusalsOf(many).length).toBeLessThanOrEqual(50)
})

test('moments and zones are read as values, and refused in words', () => {
  expect(parse(Moment, '2035-06-01T19:30:00+02').toISOString()).toBe('2035-06-01T17:30:00.000Z')
  expect(v.safeParse(Moment, '2035-02-30T00:00:00Z').issues?.map(({ message }) => message)).toEqual([
    'must be a day that exists',
  ])
  expect(v.is(Moment, '9999-12-31T23:59:59-12:00')).toBe(false)
  expect(parse(TimeZone, 'asia/calcutta')).toBe('Asia/Calcutta')
  expect(v.is(TimeZone, '+02:00')).toBe(false)
})

test.each(['', ' ', '\n\n', '\u200b', '\u2800\u3164\n', 'a\u202eb', 'a\u0000', 'a\ud800', 'x'.repeat(21), 7])(
  'where something must be said, %p is refused',
  (text) => expect(v.is(someLinesOfText(20), text)).toBe(false),
)

test('what is said keeps its lines', () => {
  expect(v.parse(someLinesOfText(20), ' one\r\n\ttwo\u2028three ')).toBe('one\n\ttwo\nthree')
})
