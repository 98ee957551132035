import { expect, test } from 'bun:test'
import { eventJsonLd } from './json-ld.ts'

test('a seller’s text cannot end the script element, and reads the same to a machine', () => {
  const title = '</script><script>alert(1)</script><!-- & \u2028'
  const ticket = { id: '1', sellerId: '2', title, venue: 'Hall', city: 'Oslo', currency: 'jpy', priceCents: 2500 }
  const startsAt = '2027-03-01T19:00:00.000Z'
  const now = new Date('2027-02-01')
  const text = eventJsonLd({ ...ticket, startsAt, status: 'reserved' }, 'https://x/1', now)
  expect(text).not.toMatch(/[<>&\u2028]/)
  const event = JSON.parse(text)
  expect(event.name).toBe(title)
  expect(event.offers).toMatchObject({ price: '2500', priceCurrency: 'JPY' })
  expect(event.offers.availability).toBe('https://schema.org/LimitedAvailability')
})

test('a start has its venue’s own offset, and a show that has begun is not in stock', () => {
  const ticket = { id: '1', sellerId: '2', title: 'x', venue: 'Bowl', city: 'LA', currency: 'usd', priceCents: 2500 }
  const listed = {
    ...ticket,
    startsAt: '2027-06-02T03:00:00.000Z',
    timeZone: 'America/Los_Angeles',
    status: 'available',
  } as const
  const before = JSON.parse(eventJsonLd(listed, 'https://x/1', new Date('2027-06-02T02:59:59Z')))
  expect(before.startDate).toBe('2027-06-01T20:00:00-07:00')
  expect(before.offers.availability).toBe('https://schema.org/InStock')
  const after = JSON.parse(eventJsonLd(listed, 'https://x/1', new Date('2027-06-02T03:00:00Z')))
  expect(after.offers.availability).toBe('https://schema.org/OutOfStock')
})

test('what was not uploaded yet is not in stock', () => {
  const ticket = { id: '1', sellerId: '2', title: 'x', venue: 'Bowl', city: 'LA', currency: 'usd', priceCents: 2500 }
  const listed = { ...ticket, startsAt: '2027-06-02T03:00:00.000Z', delivery: 'file', status: 'available' } as const
  const offerOf = (change: object) =>
    JSON.parse(eventJsonLd({ ...listed, ...change }, 'https://x/1', new Date('2027-06-01'))).offers.availability
  expect(offerOf({})).toBe('https://schema.org/OutOfStock')
  expect(offerOf({ hasFile: true })).toBe('https://schema.org/InStock')
  expect(offerOf({ delivery: 'transfer' })).toBe('https://schema.org/InStock')
  expect(offerOf({ status: 'sold' })).toBe('https://schema.org/SoldOut')
})
