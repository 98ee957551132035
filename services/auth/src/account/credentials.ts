import { readEmail } from '@fairpass/sdk/values'
import * as v from 'valibot'
import { isCommonPassword } from '../password/common.ts'

/** An address as accounts are found by it: see `readEmail`. */
export const Email = v.pipe(
  v.string('Bad Email'),
  v.examples(['ann@example.com']),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const email = readEmail(dataset.value)
    if (email !== undefined) return email
    addIssue({ message: 'Bad Email' })
    return NEVER
  }),
)

const charactersOf = (text: string) => (text.length > 256 ? text.length : [...text].length)

/** Lengths only, in characters as people count them; no rule about their kinds (OWASP ASVS 5.0, 6.2.1 and 6.2.5). */
const LongEnoughPassword = v.config(
  v.pipe(
    v.string('must be a text'),
    v.description('8 to 128 characters of any kind'),
    v.examples(['correct horse battery staple']),
    // Lone surrogates all become the same byte sequence, so different passwords would be one.
    v.check((text) => text.isWellFormed(), 'must be well-formed text'),
    v.check((text) => charactersOf(text) >= 8 && charactersOf(text) <= 128, 'must have 8 to 128 characters'),
  ),
  { abortPipeEarly: true },
)

/** A password that somebody chooses: long enough, and none of those that everybody tries first (6.2.4). */
export const NewPassword = v.pipe(
  LongEnoughPassword,
  v.check((text) => !isCommonPassword(text), 'is one of the most common passwords; choose another one'),
)

/** A password to compare: any text that might have been one. */
export const GivenPassword = v.pipe(
  v.string('must be a text'),
  v.examples(['correct horse battery staple']),
  v.minLength(1, 'must not be empty'),
  v.maxLength(256, 'is longer than any password here'),
)
