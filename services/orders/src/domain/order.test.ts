import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { cancelByBuyer, complete, expire, failPayment, type Order, refund, settle } from './order.ts'

const start = new Date('2030-01-01T00:00:00Z')
const at = (seconds: number) => new Date(start.getTime() + seconds * 1000)

const anOrder = (): Order => ({
  id: '0'.repeat(24),
  version: 1,
  status: 'created',
  ticketId: '1'.repeat(24),
  ticket: { id: '1'.repeat(24), title: 'Opera', venue: 'Hall', city: 'Graz', startsAt: at(1e6) },
  buyerId: '2'.repeat(24),
  sellerId: '3'.repeat(24),
  totalCents: 5_000,
  currency: 'eur',
  createdAt: start,
  expiresAt: at(900),
  updatedAt: start,
})

type Step = (order: Order, now: Date) => Order
const steps: Record<string, Step> = {
  settleA: (order, now) => settle(order, 'a', now),
  settleB: (order, now) => settle(order, 'b', now),
  completeA: (order, now) => complete(order, 'a', now),
  completeB: (order, now) => complete(order, 'b', now),
  failA: (order, now) => failPayment(order, 'a', now),
  failB: (order, now) => failPayment(order, 'b', now),
  cancel: cancelByBuyer,
  expire,
  refundA: (order, now) => refund(order, 'a', now),
}

const allowed = new Set([
  'created>settling',
  'created>cancelled',
  'settling>completed',
  'settling>cancelled',
  'completed>refunded',
])

const history = fc.array(
  fc.record({ step: fc.constantFrom(...Object.keys(steps)), after: fc.integer({ min: 0, max: 400 }) }),
  {
    maxLength: 12,
  },
)

const taken = (order: Order, step: string, now: Date): Order => {
  try {
    return (steps[step] as Step)(order, now)
  } catch {
    return order
  }
}

/** Runs a history; a step that throws changes nothing. Calls `see` with every change of state. */
const run = (
  moves: { step: string; after: number }[],
  see: (before: Order, after: Order, step: string, now: Date) => void,
) => {
  let order = anOrder()
  let seconds = 0
  for (const { step, after } of moves) {
    seconds += after
    const next = taken(order, step, at(seconds))
    // Outside of what a refused step throws, or that would swallow what `see` expects, too.
    if (next !== order) see(order, next, step, at(seconds))
    order = next
  }
  return order
}

// Guarantee: whatever happens in whatever order, an order only takes the steps of its state machine.
test('only lawful changes of state', () => {
  fc.assert(
    fc.property(history, (moves) => {
      run(moves, (before, after) => expect(allowed).toContain(`${before.status}>${after.status}`))
    }),
    { numRuns: 2_000 },
  )
})

// Guarantee: a hold is never ended early, and never while money is being taken.
test('expiry is never early and never ends a settling order', () => {
  fc.assert(
    fc.property(history, (moves) => {
      run(moves, (before, after, _step, now) => {
        if (after.cancelReason !== 'expired') return
        expect(before.status).toBe('created')
        expect(now.getTime()).toBeGreaterThanOrEqual(before.expiresAt.getTime())
      })
    }),
    { numRuns: 2_000 },
  )
})

// Guarantee: the payment that stopped the clock is the only one that can complete the order, and only in time.
test('only the payment that settled in time completes', () => {
  fc.assert(
    fc.property(history, (moves) => {
      const settledBy: string[] = []
      run(moves, (before, after, step, now) => {
        if (after.status === 'settling') {
          settledBy.push(step.slice(-1).toLowerCase())
          expect(now.getTime()).toBeLessThan(before.expiresAt.getTime())
        }
        if (after.status === 'completed') expect([step.slice(-1).toLowerCase()]).toEqual(settledBy)
      })
    }),
    { numRuns: 2_000 },
  )
})

test('asking twice changes nothing', () => {
  const settling = settle(anOrder(), 'a', at(1))
  expect(settle(settling, 'a', at(2))).toBe(settling)
  const completed = complete(settling, 'a', at(2))
  expect(complete(completed, 'a', at(3))).toBe(completed)
  const cancelled = cancelByBuyer(anOrder(), at(1))
  expect(cancelByBuyer(cancelled, at(2))).toBe(cancelled)
  expect(() => settle(cancelled, 'a', at(2))).toThrow('ended')
})
