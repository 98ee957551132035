import { expect, test } from 'bun:test'
import { eventJsonLd } from './json-ld.ts'

test('a seller’s text cannot end the script element, and reads the same to a machine', () => {
  const title = '</script><script>alert(1)</script><!-- & \u2028'
  const ticket = { id: '1', sellerId: '2', title, venue: 'Hall', city: 'Oslo', currency: 'jpy', priceCents: 2500 }
  const text = eventJsonLd({ ...ticket, startsAt: '2027-03-01T19:00:00.000Z', status: 'reserved' }, 'https://x/1')
  expect(text).not.toMatch(/[<>&\u2028]/)
  const event = JSON.parse(text)
  expect(event.name).toBe(title)
  expect(event.offers).toMatchObject({ price: '2500', priceCurrency: 'JPY' })
  expect(event.offers.availability).toBe('https://schema.org/LimitedAvailability')
})
