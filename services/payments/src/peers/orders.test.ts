import { expect, test } from 'bun:test'
import type { Dapr } from '@fairpass/sdk/dapr'
import { RelayedProblemError, ServiceUnavailableError } from '@fairpass/sdk/errors'
import { newId } from '@fairpass/sdk/mongo'
import { createOrders } from './orders.ts'

// Orders is the only judge of who may buy: what is asked together is understood as if it had been asked one by one.

type Call = { path: string; payments: { orderId: string; paymentId: string }[] }

const order = (id: string) => ({
  ...{ id, version: 2, status: 'settling', ticketId: newId(), buyerId: newId(), sellerId: newId() },
  ...{ totalCents: 4_200, currency: 'eur', createdAt: new Date().toISOString(), expiresAt: new Date().toISOString() },
})

/** An orders service that answers so, beside what it was asked. */
const ordersThat = (answer: (call: Call) => unknown) => {
  const paths: string[] = []
  const invoke = async (_app: string, path: string, _schema: unknown, { body }: { body?: unknown } = {}) => {
    const short = path.replace(/[0-9a-f]{24}/g, 'ID').replace(/(%2C|,)ID/g, '')
    paths.push(short)
    return answer({ path: short, payments: (body as { payments?: [] } | undefined)?.payments ?? [] })
  }
  return { orders: createOrders({ invoke } as unknown as Dapr), paths }
}

const refused = () => {
  throw new RelayedProblemError('order_not_payable', [{ message: 'The time to check out is over' }], undefined)
}

test('each payment gets the word of its own order; what is not known together is asked alone', async () => {
  const [done, late, odd] = [newId(), newId(), newId()]
  const verdictOf = (id: string) => (id === done ? 'done' : id === late ? 'refused' : 'unknown')
  const { orders, paths } = ordersThat(({ path, payments }) =>
    path.endsWith('batch/settle') ? { verdicts: payments.map(({ orderId }) => verdictOf(orderId)) } : order(odd),
  )
  const words = [done, late, odd].map((orderId) => orders.settle(orderId, newId()))
  expect(await Promise.all(words)).toEqual([true, false, true])
  expect(paths).toEqual(['internal/orders/batch/settle', 'internal/orders/ID/settle'])
})

test('two payments of one order are never told of in one call', async () => {
  const [same, other] = [newId(), newId()]
  const { orders, paths } = ordersThat(({ path, payments }) => {
    if (!path.endsWith('batch/settle')) return refused()
    expect(new Set(payments.map(({ orderId }) => orderId)).size).toBe(payments.length)
    return { verdicts: payments.map(() => 'done') }
  })
  const words = await Promise.all([same, same, other].map((orderId) => orders.settle(orderId, newId())))
  expect(words.toSorted()).toEqual([false, true, true])
  expect(paths).toEqual(['internal/orders/batch/settle', 'internal/orders/ID/settle'])
})

test('an orders service of an earlier version is asked one by one', async () => {
  const { orders } = ordersThat(({ path }) => {
    if (path.includes('batch'))
      throw new RelayedProblemError('not_found', [{ message: 'There is nothing here' }], undefined)
    return path.endsWith('complete') ? refused() : order(newId())
  })
  expect(await Promise.all([orders.settle(newId(), newId()), orders.settle(newId(), newId())])).toEqual([true, true])
  expect(await Promise.all([orders.complete(newId(), newId()), orders.complete(newId(), newId())])).toEqual([
    false,
    false,
  ])
  expect((await Promise.all([orders.find(newId()), orders.find(newId())])).every(Boolean)).toBe(true)
})

test('silence is no word about any of them', async () => {
  const { orders, paths } = ordersThat(() => {
    throw new ServiceUnavailableError()
  })
  const words = await Promise.allSettled([orders.settle(newId(), newId()), orders.settle(newId(), newId())])
  for (const word of words)
    expect(word).toMatchObject({ status: 'rejected', reason: expect.any(ServiceUnavailableError) })
  expect(paths).toEqual(['internal/orders/batch/settle'])
})

test('orders are found together, and one that is not there is found by nobody', async () => {
  const [one, gone] = [newId(), newId()]
  const { orders, paths } = ordersThat(() => ({ orders: [order(one)] }))
  const found = await Promise.all([one, gone, one].map(orders.find))
  expect(found.map((some) => some?.id)).toEqual([one, undefined, one])
  expect(paths).toEqual(['internal/orders/batch?ids=ID'])
})
