import { expect, test } from 'bun:test'
import { beginHandover, deadlineOf } from '../domain/handover.ts'
import type { Order } from '../domain/order.ts'
import { answerClaim, claim, decideClaim, lapse, receive, remind, send } from './handover.ts'

const hourMs = 3_600_000
const now = new Date('2035-06-01T12:00:00Z')
const later = (hours: number) => new Date(now.getTime() + hours * hourMs)

const paid = (change: Partial<Order> = {}): Order => {
  const order: Order = {
    ...{ id: 'o', version: 3, status: 'completed', ticketId: 't', buyerId: 'b', sellerId: 's', paymentId: 'p' },
    ticket: { id: 't', title: 'T', venue: 'V', city: 'C', startsAt: later(100) },
    ...{ totalCents: 100, currency: 'eur', createdAt: now, expiresAt: now, updatedAt: now },
    ...change,
  }
  return { ...order, handover: beginHandover(order, now) }
}

test('a seller has a day, or until two hours before the start, or until the start', () => {
  expect(deadlineOf(later(100), now)).toEqual(later(24))
  expect(deadlineOf(later(10), now)).toEqual(later(8))
  expect(deadlineOf(later(1), now)).toEqual(later(1))
})

test('an uploaded ticket is handed over with the payment', () => {
  expect(paid({ delivery: 'file' }).handover).toEqual({ kind: 'file', status: 'sent', sentAt: now })
})

test('a seller who has said nothing is reminded once, when a quarter of the time is left', () => {
  const waiting = paid()
  expect(remind(waiting, later(17.9))).toBe(waiting)
  const reminded = remind(waiting, later(18))
  expect(reminded.handover).toEqual({ kind: 'transfer', status: 'waiting', deadline: later(24) })
  expect(remind(reminded, later(19))).toBe(reminded)
  const sent = send(waiting, now)
  expect(remind(sent, later(19))).toBe(sent)
})

test('what is late lapses, and never what was sent', () => {
  expect(lapse(paid(), later(23)).handover?.status).toBe('waiting')
  expect(lapse(paid(), later(24)).handover?.status).toBe('overdue')
  expect(lapse(send(paid(), now), later(25)).handover?.status).toBe('sent')
  expect(() => send(paid(), later(24))).toThrow('over')
  expect(() => receive(lapse(paid(), later(24)), later(24))).toThrow('refunded')
})

test('sent and received say the same when they are said again', () => {
  const sent = send(paid(), now)
  expect(send(sent, later(1))).toBe(sent)
  const received = receive(sent, later(1))
  expect(receive(received, later(2))).toBe(received)
  expect(() => send(paid({ status: 'refunded' }), now)).toThrow('refunded')
})

test('a claim is made once, until a day after the start, and decided once', () => {
  const claimed = claim(paid(), 'The gate said no', later(123))
  expect(claimed.claim).toMatchObject({ status: 'open' })
  expect(claim(claimed, 'The gate said no', later(123))).toBe(claimed)
  expect(() => claim(claimed, 'Another', later(123))).toThrow('already')
  expect(() => claim(paid(), 'Too late', later(125))).toThrow('until a day')
  const answered = answerClaim(claimed, 'It was fine', now)
  const decided = decideClaim(answered, { refunds: false, reason: 'Seen', adminId: 'a' }, now)
  expect(decided.claim).toMatchObject({ status: 'rejected', answer: { text: 'It was fine' } })
  expect(() => decideClaim(decided, { refunds: true, reason: 'Changed', adminId: 'a' }, now)).toThrow('no open claim')
})
