import { expect, test } from 'bun:test'
import type { Failure } from '../queries/loaded.ts'
import { catalogues } from './catalogues.ts'
import { shownFailure } from './error-message.ts'

// Guarantee: a refusal says in the reader’s language what was wrong, not merely that something was.

const german = catalogues.de
const english = catalogues.en

/** What a reader is told of one error, and at which field of the form. */
const shown = (reader: typeof english, code: string, error: Failure['errors'][number]) =>
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
