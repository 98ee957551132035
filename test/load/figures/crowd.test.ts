import { expect, test } from 'bun:test'
import { brokenBy } from './crowd.ts'
import type { Answer } from './place-order.ts'

const message = 'The ticket is being checking out by someone else, please come back later'
const winner: Answer = { status: 201, ms: 1 }
const loser: Answer = { status: 409, code: 'ticket_being_checked_out', message, ms: 1 }
const losers = Array<Answer>(3).fill(loser)

test('a crowd of which exactly one gets the order breaks no promise', () => {
  expect(brokenBy([winner, ...losers], 1)).toEqual([])
})

test('every other outcome is a broken promise', () => {
  expect(brokenBy(losers, 0)).toEqual(['0 winners in place of one', '0 active orders in place of one'])
  expect(brokenBy([winner, winner, ...losers], 1)).toEqual(['2 winners in place of one'])
  expect(brokenBy([winner, ...losers], 2)).toEqual(['2 active orders in place of one'])
  expect(brokenBy([winner, ...losers, { status: 503, ms: 1 }, { status: 0, message: 'closed', ms: 1 }], 1)).toEqual([
    '2 answers were neither 201 nor 409: 503; 0 closed',
  ])
  expect(brokenBy([winner, { ...loser, message: 'Sorry' }, { ...loser, code: 'ticket_sold' }], 1)).toEqual([
    '2 losers did not read the sentence',
  ])
})
