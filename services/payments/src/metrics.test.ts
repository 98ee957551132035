import { expect, test } from 'bun:test'
import { VersionConflictError } from '@fairpass/sdk/errors'
import { createLog } from '@fairpass/sdk/telemetry'
import { metricValue, testDatabase } from '@fairpass/servers/testing'
import { type Payment, PaymentUnderWayError } from './domain/payment.ts'
import { checkLedger } from './ledger/check.ts'
import { openLedger } from './ledger/store.ts'
import { countEnd } from './metrics.ts'
import { unfinishedGauges } from './payment/gauges.ts'
import { reconcile } from './payment/reconcile.ts'
import { withTelemetry } from './stripe/telemetry.ts'
import { webhookGauges } from './webhook/gauges.ts'

const log = createLog('test', 'silent')
const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000)

const growthOf = async (name: string, labels: Record<string, string>, work: () => unknown) => {
  const before = (await metricValue(name, labels)) ?? 0
  await work()
  return ((await metricValue(name, labels)) ?? 0) - before
}

test('a payment is counted where it ends, and not on its way', async () => {
  const ended = (outcome: string, status: 'completed' | 'failed' | 'captured') =>
    growthOf('fairpass_payments_total', { outcome, kind: 'card' }, () => countEnd({ status, kind: 'card' }))
  expect([await ended('completed', 'completed'), await ended('failed', 'failed')]).toEqual([1, 1])
  expect([await ended('captured', 'captured'), await ended('completed', 'captured')]).toEqual([0, 0])
})

test('taken money that has neither its order nor gone back within a minute is a violation', async () => {
  let found: Pick<Payment, 'status' | 'updatedAt' | 'dispute'>[] = []
  const collector = unfinishedGauges({ unfinished: async () => found })
  const read = async () => {
    await collector.read()
    return [
      await metricValue('fairpass_invariant_violations', { invariant: 'captured_without_order' }),
      await metricValue('fairpass_payments_unfinished', { status: 'captured' }),
      Math.round((await metricValue('fairpass_payments_unfinished_oldest_seconds')) ?? -1),
    ]
  }
  expect(await read()).toEqual([0, 0, 0])
  found = [
    { status: 'captured', updatedAt: ago(30) },
    { status: 'started', updatedAt: ago(40) },
    { status: 'awaiting_method', updatedAt: ago(800) },
  ]
  expect(await read()).toEqual([0, 1, 40])
  found = [...found, { status: 'captured', updatedAt: ago(61) }, { status: 'refunding', updatedAt: ago(90) }]
  expect(await read()).toEqual([2, 2, 90])
  // What a bank has is neither here nor on its way, for weeks.
  const disputed = { status: 'refunding', updatedAt: ago(9_000) } as const
  found = [...found, { ...disputed, dispute: { id: 'du_1', status: 'open' } }]
  expect(await read()).toEqual([2, 2, 90])
  found = [...found, { ...disputed, dispute: { id: 'du_2', status: 'won' } }]
  expect(await read()).toEqual([3, 2, 9_000])
  collector.reset()
  expect(await metricValue('fairpass_invariant_violations', { invariant: 'captured_without_order' })).toBeUndefined()
})

test('a ledger that does not sum to zero is a violation', async () => {
  const db = await testDatabase()
  const violations = () => metricValue('fairpass_invariant_violations', { invariant: 'ledger_sum' })
  await checkLedger(openLedger(db), log)
  expect(await violations()).toBe(0)
  await db.collection('ledger').insertOne({ currency: 'usd', lines: [{ account: 'stripe', amount: 1 }] })
  await checkLedger(openLedger(db), log)
  expect(await violations()).toBe(1)
})

test('what the reconciler finds is counted by what came of it', async () => {
  const found = { id: 'a'.repeat(24), orderId: 'b'.repeat(24), status: 'settled', lease: { attempts: 1 } }
  const payments = { due: async () => [found], claim: async () => found } as never
  const outcome = (which: string, advance: () => Promise<unknown>) =>
    growthOf('fairpass_reconciled_total', { outcome: which }, () =>
      reconcile({ payments, advance: advance as never, log }),
    )
  expect(await outcome('moved', async () => ({ status: 'completed' }))).toBe(1)
  expect(await outcome('waiting', async () => ({ status: 'settled' }))).toBe(1)
  expect(await outcome('under_way', () => Promise.reject(new PaymentUnderWayError()))).toBe(1)
  expect(await outcome('under_way', () => Promise.reject(new VersionConflictError()))).toBe(1)
})

test('calls of Stripe are timed by which they are and what it said', async () => {
  const unknown = { as: 'unknown', isKept: false, cause: undefined } as const
  const stripe = withTelemetry({ capture: async () => unknown } as never)
  const labels = { call: 'capture', outcome: 'unknown' }
  expect(await growthOf('fairpass_stripe_request_seconds_count', labels, () => stripe.capture('pi_1', 'key'))).toBe(1)
})

test('webhooks that were given up are counted', async () => {
  await webhookGauges({ countFailed: async () => 3 }).read()
  expect(await metricValue('fairpass_webhooks_failed')).toBe(3)
})
