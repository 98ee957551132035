import { expect, test } from 'bun:test'
import { CustomError } from '@fairpass/sdk/errors'
import fc from 'fast-check'
import { edit, endListing, followOrder, refuseAboveCap, refuseUnlessPayable, type Ticket, withdraw } from './ticket.ts'

const listed: Ticket = {
  id: '0'.repeat(24),
  version: 1,
  sellerId: '1'.repeat(24),
  title: 'Opera',
  venue: 'Hall',
  city: 'Graz',
  startsAt: new Date('2035-01-01'),
  priceCents: 5_000,
  currency: 'eur',
  status: 'available',
  createdAt: new Date(0),
}

const by = (minute: number, version = 1) => ({
  orderId: `${minute}`.padStart(24, '0'),
  version,
  createdAt: new Date(minute * 60_000),
  expiresAt: new Date((minute + 15) * 60_000),
})

// Guarantee: what was withdrawn, by its seller or by a ban, never comes back on sale.
test('once withdrawn, never on sale again, whatever orders come and go', () => {
  const order = fc.integer({ min: 1, max: 4 })
  const moves = fc.array(
    fc.oneof(
      order.map((n) => ['reserve', n] as const),
      order.map((n) => ['release', n] as const),
      fc.constant(['end', 0] as const),
    ),
    { maxLength: 15 },
  )
  fc.assert(
    fc.property(moves, moves, (before, after) => {
      const play = (ticket: Ticket, played: readonly (readonly [string, number])[]) =>
        played.reduce((current, [move, n]) => {
          if (move === 'reserve') return followOrder(current, 'created', by(n))
          return move === 'release' ? followOrder(current, 'cancelled', by(n, 2)) : endListing(current)
        }, ticket)
      const ended = endListing(play(listed, before))
      expect(['withdrawn', 'reserved']).toContain(ended.status)
      expect(play(ended, after).status).not.toBe('available')
    }),
    { numRuns: 1_000 },
  )
})

test('what is not for sale cannot be changed', () => {
  const reserved = followOrder(listed, 'created', by(1))
  expect(() => edit(reserved, { title: 'Other' })).toThrow('checking out')
  expect(() => withdraw(followOrder(reserved, 'completed', by(1, 3)))).toThrow('sold')
  expect(() => edit(withdraw(listed), { title: 'Other' })).toThrow('withdrawn')
  expect(edit(listed, { title: 'Other' })).toMatchObject({ title: 'Other', priceCents: 5_000 })
  const seated = edit(listed, { row: '12', seat: '7' })
  expect(edit(seated, { row: null })).toMatchObject({ row: undefined, seat: '7' })
})

// Guarantee: what is listed can be paid for, also where cards move no smallest units.
test('a price is an amount that cards can move', () => {
  for (const [currency, fine, wrong] of [
    ['kwd', 12_340, 12_345],
    ['isk', 500_000, 500_050],
  ] as const) {
    refuseUnlessPayable({ priceCents: fine, currency })
    expect(() => refuseUnlessPayable({ priceCents: wrong, currency })).toThrow('not valid')
    expect(() => edit({ ...listed, priceCents: wrong }, { currency })).toThrow('not valid')
  }
  for (const currency of ['eur', 'jpy']) refuseUnlessPayable({ priceCents: 12_345, currency })
})

test('with a price cap, a price needs a face value and stays below its share', () => {
  const ask = (priceCents: number, faceValueCents?: number, capPercent?: number) => () =>
    refuseAboveCap({ priceCents, faceValueCents, currency: 'eur' }, capPercent)
  expect(ask(1_000)).not.toThrow()
  expect(ask(1_000, undefined, 120)).toThrow()
  expect(ask(1_200, 1_000, 120)).not.toThrow()
  expect(ask(1_201, 1_000, 120)).toThrow()
})

// Web reads the amount and the share out of these messages, to say them in its reader's form: web/src/i18n/error-message.ts.
const refusalUnderCap = (faceValueCents: number | undefined, currency: string) => {
  try {
    refuseAboveCap({ priceCents: 7_000, faceValueCents, currency }, 120)
  } catch (error) {
    return error instanceof CustomError ? error.serialize() : error
  }
}
test.each([
  ['eur', 5_000, '60.00 EUR'],
  ['jpy', 5_000, '6000 JPY'],
  ['kwd', 5_010, '6.012 KWD'],
])('above the cap, the highest price is said as money, in %s', (currency, faceValueCents, amount) => {
  expect(refusalUnderCap(faceValueCents, currency)).toEqual([
    { message: `must be at most ${amount}: 120 % of the face value`, field: 'priceCents' },
  ])
})

test('without a face value, under a cap, it says what to give and why', () => {
  expect(refusalUnderCap(undefined, 'eur')).toEqual([
    { message: 'must be given: the price may be at most 120 % of it', field: 'faceValueCents' },
  ])
})
