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

const textOf = async (email: string, begins: string) =>
  (await world.mailsTo(email)).find(({ subject }) => subject.startsWith(begins))?.text

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

test('who has to hand a ticket over reads by when, and is reminded once; its buyer hears once it was sent', async () => {
  const deadline = '2035-05-31T20:00:00Z'
  const { buyer, seller, order } = await sale({ handover: { kind: 'transfer', status: 'waiting', deadline } })
  await tell(event('order.completed', order))
  const due = event('handover.due', { ...order, version: 4 })
  const sent = event('handover.sent', { ...order, version: 5 })
  await tell(due)
  await tell(due)
  await tell(sent)
  await tell({ ...sent, data: { ...sent.data, version: 6 } })
  expect((await subjects(seller.email)).toSorted()).toEqual(['Please hand over: An evening', 'Sold: An evening'])
  for (const begins of ['Sold', 'Please'])
    expect(await textOf(seller.email, begins)).toContain('Until: Thursday, 31 May 2035 at 20:00 UTC')
  expect((await subjects(buyer.email)).toSorted()).toEqual([
    'Your ticket for An evening',
    'Your ticket is on its way: An evening',
  ])
})

test('what was not handed over is told to its seller, and to its buyer with the money', async () => {
  const { buyer, seller, order } = await sale({ handover: { kind: 'transfer', status: 'overdue' } })
  const overdue = event('handover.overdue', order)
  for (const told of [overdue, overdue, event('payment.refunded', payment(order.id))]) await tell(told)
  expect(await subjects(seller.email)).toEqual(['Not handed over in time: An evening'])
  expect(await subjects(buyer.email)).toEqual(['Refunded: An evening'])
  expect(await textOf(buyer.email, 'Refunded')).toContain('did not hand the ticket over in time')
})

test('a claim is told to the seller, and its end to both, once each', async () => {
  const { buyer, seller, order } = await sale()
  const { id, ticketId, buyerId, sellerId } = order
  const claim = { id, ticketId, buyerId, sellerId, version: 4, paymentId: newId(), reason: 'The gate said no' }
  const opened = event('claim.opened', claim)
  const decided = event('claim.decided', { ...claim, version: 5, isRefunded: true })
  for (const told of [opened, opened, decided, decided]) await tell(told)
  expect((await subjects(seller.email)).toSorted()).toEqual([
    'The claim is decided: An evening',
    'Your buyer says that it did not work: An evening',
  ])
  expect(await subjects(buyer.email)).toEqual(['The claim is decided: An evening'])
  expect(await textOf(seller.email, 'Your buyer')).toContain('The gate said no')
})

// Guarantee: events of a version that knew less are understood.
test('an order of before, which does not say what it was for, owes the same mails', async () => {
  const { buyer, order } = await sale()
  const { title: _title, venue: _venue, city: _city, startsAt: _startsAt, ...old } = order
  await tell(event('order.completed', v.parse(OrderData, old)))
  expect(await subjects(buyer.email)).toEqual(['Your ticket for the event'])
})

test('money that goes back is told to whom it goes', async () => {
  const { buyer, seller, order } = await sale({ status: 'refunded' })
  await tell(event('payment.refunded', payment(order.id)))
  expect(await subjects(buyer.email)).toEqual(['Refunded: An evening'])
  expect(await subjects(seller.email)).toEqual([])
})

test('who paid with a coupon is told that the ticket is gone, once, though no money goes back', async () => {
  const { buyer, seller, order } = await sale({ status: 'refunded' })
  const refunded = event('payment.refunded', payment(order.id, 0))
  for (const told of [refunded, refunded]) await tell(told)
  expect(await subjects(buyer.email)).toEqual(['Your order is undone: An evening'])
  expect(await textOf(buyer.email, 'Your order')).toContain('with a coupon')
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
