import { beforeAll, expect, test } from 'bun:test'
import { applyEvent, type EventHandlers, event, type FairpassEvent, OrderData } from '@fairpass/sdk/events'
import { newId } from '@fairpass/sdk/mongo'
import * as v from 'valibot'
import { createWorld, type World } from '../testing/world.ts'
import { createMailHandlers } from './handlers.ts'

let world: World
let handlers: EventHandlers
const known = new Map<string, OrderData>()

beforeAll(async () => {
  world = await createWorld()
  handlers = createMailHandlers({ mails: world.mails, orders: { find: async (id) => known.get(id) } })
})

const tell = (told: FairpassEvent) => applyEvent(handlers, told.type, told)

const sale = async (change: Partial<OrderData> = {}) => {
  const [buyer, seller] = [await world.signedUp(), await world.signedUp()]
  const order: OrderData = {
    ...{ id: newId(), version: 3, status: 'completed', ticketId: newId(), buyerId: buyer.id, sellerId: seller.id },
    ...{ totalCents: 8900, currency: 'eur', createdAt: '2030-01-01T00:00:00Z', expiresAt: '2030-01-01T00:15:00Z' },
    ...{ title: 'An evening', venue: 'State Opera', city: 'Vienna', startsAt: '2035-06-01T19:30:00Z' },
    ...change,
  }
  known.set(order.id, order)
  return { buyer, seller, order }
}
const payment = (orderId: string, amountCents = 8900) => ({
  id: newId(),
  version: 1,
  orderId,
  amountCents,
  currency: 'eur',
})
/** Without what signing up owes. */
const subjects = async (email: string) =>
  (await world.mailsTo(email)).map(({ subject }) => subject).filter((subject) => !subject.startsWith('Confirm'))

test('a sale owes its buyer a receipt and its seller word, once, however often it is told', async () => {
  const { buyer, seller, order } = await sale()
  await Promise.all(Array.from({ length: 6 }, () => tell(event('order.completed', order))))
  await world.deliver()
  await tell(event('order.completed', order))
  expect(await subjects(buyer.email)).toEqual(['Your ticket for An evening'])
  expect(await subjects(seller.email)).toEqual(['Sold: An evening'])
  const receipt = (await world.mailsTo(buyer.email)).find(({ subject }) => subject.startsWith('Your ticket'))
  expect(receipt?.text).toContain('€89.00')
  expect(receipt?.attachments.map(({ filename }) => filename)).toEqual(['event.ics'])
  expect(JSON.stringify(await world.mailsTo(buyer.email))).not.toContain(seller.email)
})

// Guarantee: events of a version that knew less are understood.
test('an order of before, which does not say what it was for, owes the same mails', async () => {
  const { buyer, order } = await sale()
  const { title: _title, venue: _venue, city: _city, startsAt: _startsAt, ...old } = order
  await tell(event('order.completed', v.parse(OrderData, old)))
  expect(await subjects(buyer.email)).toEqual(['Your ticket for the event'])
})

test('money that goes back is told to whom it goes, of a free ticket there is none', async () => {
  const { buyer, seller, order } = await sale({ status: 'refunded' })
  await tell(event('payment.refunded', payment(order.id)))
  await tell(event('payment.refunded', payment(order.id, 0)))
  expect(await subjects(buyer.email)).toEqual(['Refunded: An evening'])
  expect(await subjects(seller.email)).toEqual([])
})

test('an order that ran out is told to who had begun to pay; one that was cancelled is not', async () => {
  const late = await sale({ status: 'cancelled', cancelReason: 'expired' })
  const left = await sale({ status: 'cancelled', cancelReason: 'buyer' })
  const paid = await sale()
  for (const { order } of [late, left, paid]) await tell(event('payment.cancelled', payment(order.id)))
  expect(await subjects(late.buyer.email)).toEqual(['Your order has run out: An evening'])
  expect(await subjects(left.buyer.email)).toEqual([])
  expect(await subjects(paid.buyer.email)).toEqual([])
})

test('sellers hear of payouts, each time, and of disputes', async () => {
  const { seller, order } = await sale()
  const paid = (transferAttempt: number) =>
    event('payout.paid', {
      ...{ id: '665f1c2ab8d3c94f1e0a7b2f', version: 4, sellerId: seller.id, orderId: order.id },
      ...{ amountCents: 8900, currency: 'eur', transferAttempt },
    })
  for (const attempt of [1, 1, 2]) await tell(paid(attempt))
  const dispute = (status: 'open' | 'won' | 'lost' | 'closed') => ({
    ...{ id: 'dp_1', version: 2, sellerId: seller.id, orderId: order.id, amountCents: 8900, currency: 'eur', status },
  })
  await tell(event('dispute.opened', dispute('open')))
  await tell(event('dispute.decided', dispute('closed')))
  await tell(event('dispute.decided', dispute('lost')))
  expect((await subjects(seller.email)).toSorted()).toEqual([
    'A payment is disputed: An evening',
    'The dispute is decided: An evening',
    'You are paid €89.00',
    'You are paid €89.00',
  ])
})

test('a listing that an admin took down is told to its seller; what a seller withdraws is not', async () => {
  const seller = await world.signedUp()
  const ticket = {
    ...{ version: 2, sellerId: seller.id, title: 'An evening', venue: 'State Opera', city: 'Vienna' },
    ...{ startsAt: '2035-06-01T19:30:00Z', priceCents: 8900, currency: 'eur', status: 'withdrawn' as const },
  }
  await tell(event('ticket.withdrawn', { id: newId(), ...ticket }))
  await tell(event('ticket.withdrawn', { id: newId(), ...ticket, withdrawnBy: 'admin' }))
  expect(await subjects(seller.email)).toEqual(['Your listing was taken down: An evening'])
})

test('who waits for a ticket hears that it is free again, once for each time', async () => {
  const [ann, ben] = [await world.signedUp(), await world.signedUp()]
  const [id, orderId] = [newId(), newId()]
  const freed = event('waitlist.notified', { id, version: 1, orderId, userIds: [ann.id, ben.id], title: 'An evening' })
  await tell(freed)
  await tell(freed)
  for (const { email } of [ann, ben]) expect(await subjects(email)).toEqual(['Free again: An evening'])
})
