import { expect, test } from 'bun:test'
import { refundCauseOf } from './refund-cause.ts'

test('a refund without an admin says what brought it about; the same words of an admin are theirs', () => {
  const reason = 'The ticket did not work'
  expect(refundCauseOf({ reason })).toBe('claim')
  expect(refundCauseOf({ reason: 'The ticket was not handed over in time' })).toBe('overdue')
  expect(refundCauseOf({ reason, adminId: 'a1' })).toBeUndefined()
  expect(refundCauseOf({ reason: 'Of a version to come' })).toBeUndefined()
})
