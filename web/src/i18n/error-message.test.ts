import { expect, test } from 'bun:test'
import type { Failure } from '../queries/loaded.ts'
import { catalogues } from './catalogues.ts'
import { shownFailure } from './error-message.ts'

// Guarantee: a refusal says in the reader’s language what was wrong, not merely that something was.

const german = { messages: catalogues.de, locale: 'de-AT' }
const english = { messages: catalogues.en, locale: 'en-IE' }

/** What a reader is told of one error, and at which field of the form. */
const shown = (reader: typeof german, code: string, error: Failure['errors'][number]) =>
  shownFailure(reader, { status: 400, code, errors: [error] }).errors[0]

test.each([
  ['This code is wrong or was used already', 'code', 'Dieser Code ist falsch oder wurde schon verwendet.'],
  ['The password is wrong', 'password', 'Das Passwort stimmt nicht.'],
  ['The password is wrong', 'currentPassword', 'Das bisherige Passwort stimmt nicht.'],
  ['Email or password is wrong', undefined, 'E-Mail oder Passwort stimmt nicht.'],
])('%p at %p is told by what was wrong', (message, field, words) => {
  expect(shown(german, 'invalid_credentials', { message, field })?.message).toBe(words)
  expect(shown(english, 'invalid_credentials', { message, field })?.message).toBe(message)
})

test.each(['section', 'row', 'seat', 'faceValueCents', 'text'])('%s is refused in German words', (field) => {
  const message = shown(german, 'request_validation', { message: 'is missing', field })?.message
  expect(message).toStartWith('Bitte geben Sie')
})

// A claim takes four times the characters that a refund does, under the same name.
test('a reason is refused without a limit that holds elsewhere', () => {
  const message = shown(german, 'request_validation', { message: 'must not be empty', field: 'reason' })?.message
  expect(message).toBe('Bitte geben Sie einen Grund an, der in das Feld passt.')
})

test('a face value that a cap needs is asked for in a sentence, in the reader’s language', () => {
  const refused = { message: 'must be given: the price may be at most 110 % of it', field: 'faceValueCents' }
  expect(shown(english, 'request_validation', refused)).toEqual({
    message: 'Say what the organiser took for the ticket: the price may be at most 110% of it',
    field: 'faceValue',
  })
  expect(shown(german, 'request_validation', refused)?.message.replace(/\s/gu, ' ')).toBe(
    'Geben Sie an, was der Veranstalter für das Ticket genommen hat: Der Preis darf höchstens 110 % davon betragen',
  )
})

test('the highest price is said as money, in the reader’s form', () => {
  const refused = (amount: string) => ({
    message: `must be at most ${amount}: 110 % of the face value`,
    field: 'priceCents',
  })
  expect(shown(english, 'request_validation', refused('5.50 EUR'))).toEqual({
    message: 'The price must be at most €5.50: 110% of the face value',
    field: 'price',
  })
  const plain = (text = '') => text.replace(/\s/gu, ' ')
  expect(plain(shown(german, 'request_validation', refused('1234.50 EUR'))?.message)).toBe(
    'Der Preis darf höchstens € 1.234,50 betragen: 110 % des Nennwerts',
  )
  expect(shown(english, 'request_validation', refused('1.250 KWD'))?.message).toContain('1.250')
  expect(shown(english, 'request_validation', refused('5000 JPY'))?.message).toContain('5,000')
})
