import { afterAll, beforeAll, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import fc from 'fast-check'
import { openPayment } from '../domain/payment.ts'
import type { PayoutStatus } from '../domain/payout.ts'
import { createCrashInjector, Interruption } from '../testing/crash-injector.ts'
import { startWorld, type World } from '../testing/world.ts'

const crashInjector = createCrashInjector()
let world: World
beforeAll(async () => {
  world = await startWorld({ guard: crashInjector.guard, hearsWebhooks: false, payoutDelaySeconds: 0 })
})
afterAll(() => world.stop())

type Sale = { id: string; sellerId: string; intentId: string }

/** Sold by a seller who can be paid; the event began a minute ago. */
const sold = async (feeCents = 420): Promise<Sale> => {
  const sellerId = newId()
  await world.readySeller(sellerId)
  const { id: orderId, buyerId, totalCents, currency, expiresAt } = world.market.open({ sellerId })
  const opening = { id: newId(), orderId, buyerId, sellerId, totalCents, currency, attempt: 1, feeCents }
  const moments = { startsAt: new Date(Date.now() - 60_000), expiresAt: new Date(expiresAt) }
  const { id } = await world.payments.open(() =>
    openPayment({ ...opening, ...moments, paymentMethod: 'pm_card_visa' }, new Date()),
  )
  const { intentId = '' } = await world.advance(id)
  return { id, sellerId, intentId }
}

const refund = async ({ id }: Sale) => {
  const payment = await world.payments.find(id)
  if (payment?.status !== 'completed') return
  const why = { refund: { reason: 'The show was called off', adminId: newId(), at: new Date() } }
  await world.payments.moveTo(payment, 'refunding', why)
  await world.advance(id)
}

const dispute = async ({ intentId }: Sale): Promise<string> => {
  const { body } = await world.double.call('POST', `/payment_intents/${intentId}/dispute`, {})
  if (body.id) await world.disputes.onDisputeUpdated(body.id)
  return body.id
}

const decide = async (id: string, outcome: 'won' | 'lost') => {
  await world.double.call('POST', `/disputes/${id}/close`, { outcome })
  await world.disputes.onDisputeUpdated(id)
}

type End = { status: PayoutStatus | undefined; sent: number; owed: number; agrees: boolean; atOnce: number }

/** What is with the seller at the end, and what everybody says of it. */
const endOf = async ({ id, sellerId }: Sale): Promise<End> => {
  const { transfers, intents } = await world.double.state()
  const own = transfers.filter(({ metadata }) => metadata.paymentId === id)
  const sent = own.reduce((sum, { amount, amountReversed }) => sum + amount - amountReversed, 0)
  const entries = await world.ledger.ofPayment(id)
  const inLedger = entries.flatMap(({ lines }) => lines).filter(({ account }) => account === 'stripe')
  const intent = intents.find(({ metadata }) => metadata.paymentId === id)
  const { captured = 0, refunded = 0, disputed = 0 } = intent ?? {}
  return {
    status: (await world.payouts.find(id))?.status,
    sent,
    owed: 0 - ((await world.ledger.balances(`seller:${sellerId}`)).eur ?? 0),
    agrees: inLedger.reduce((sum, { amount }) => sum + amount, 0) === captured - refunded - disputed - sent,
    // Each was sent by itself, and came back before another was sent.
    atOnce: own.filter(({ amount, amountReversed }) => amount > amountReversed).length,
  }
}

/** As the loop does once nothing interrupts any more: a payout that came back is sent again only when it is owed again. */
const driveOn = async ({ id }: Sale) => {
  crashInjector.rest()
  for (let turn = 0; turn < 3; turn += 1) await world.advancePayout(id)
}

type Story = {
  /** what happened before the payout is driven */
  before?: (sale: Sale) => Promise<unknown>
  /** what happens where it was stopped */
  meanwhile?: (sale: Sale) => Promise<unknown>
  end: Pick<End, 'status' | 'sent'>
}

const paid: Story['end'] = { status: 'paid', sent: 3_780 }
const dropped: Story['end'] = { status: 'dropped', sent: 0 }
const withheld: Story['end'] = { status: 'waiting', sent: 0 }

const stories: Record<string, Story> = {
  'a sale whose time has come': { end: paid },
  'a sale that is refunded meanwhile': { meanwhile: refund, end: dropped },
  'a sale that is refunded after it was sent': {
    before: async (sale) => {
      await world.advancePayout(sale.id)
      await refund(sale)
    },
    end: dropped,
  },
  'a sale that is disputed meanwhile': { meanwhile: dispute, end: withheld },
  'a sale that is disputed after it was sent': {
    before: async (sale) => {
      await world.advancePayout(sale.id)
      await dispute(sale)
    },
    end: withheld,
  },
  'a sale that is won back while it is taken back': {
    before: async (sale) => {
      await world.advancePayout(sale.id)
      const id = await dispute(sale)
      await decide(id, 'won')
    },
    end: paid,
  },
  'a sale that is lost meanwhile': {
    meanwhile: async (sale) => decide(await dispute(sale), 'lost'),
    end: dropped,
  },
}

const untilStopped = (work: Promise<unknown>) =>
  work.then(
    () => false,
    (error) => {
      if (!(error instanceof Interruption)) throw error
      return true
    },
  )

// Guarantee: stopped at any point between two steps, a payout ends the same afterwards, with the seller and in the books.
test.each(Object.entries(stories))(
  '%s ends the same wherever it is stopped',
  async (_name, { before, meanwhile, end }) => {
    let stops = 0
    for (let crossing = 1; ; crossing++) {
      crashInjector.rest()
      const sale = await sold()
      await before?.(sale)
      crashInjector.crashAt(crossing)
      const isStopped = await untilStopped(world.advancePayout(sale.id))
      crashInjector.rest()
      await meanwhile?.(sale)
      await driveOn(sale)
      const owed = end.status === 'waiting' ? 3_780 : 0
      expect(await endOf(sale)).toEqual({ ...end, owed, agrees: true, atOnce: end.sent === 0 ? 0 : 1 })
      if (!isStopped) break
      stops += 1
    }
    expect(stops).toBeGreaterThan(4)
  },
  60_000,
)

// Guarantee: a dispute is noted whole or not at all, wherever it is stopped.
test('what a bank decides is booked the same wherever it is stopped', async () => {
  let stops = 0
  for (let crossing = 1; ; crossing++) {
    crashInjector.rest()
    const sale = await sold()
    const { body } = await world.double.call('POST', `/payment_intents/${sale.intentId}/dispute`, {})
    await world.double.call('POST', `/disputes/${body.id}/close`, { outcome: 'lost' })
    crashInjector.crashAt(crossing)
    const isStopped = await untilStopped(world.disputes.onDisputeUpdated(body.id))
    crashInjector.rest()
    await world.disputes.onDisputeUpdated(body.id)
    await driveOn(sale)
    expect(await endOf(sale)).toEqual({ ...dropped, owed: 0, agrees: true, atOnce: 0 })
    if (!isStopped) break
    stops += 1
  }
  expect(stops).toBeGreaterThan(2)
}, 60_000)

const operation = fc.constantFrom('transfer', 'transfer', 'reversal', 'account', 'retrieve')
const kind = fc.constantFrom('error_before', 'error_after', 'drop_before', 'drop_after')
const trouble = fc.oneof(
  fc.record({ operation, kind, times: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    operation: fc.constantFrom('transfer', 'reversal'),
    kind: fc.constant('refuse'),
    times: fc.integer({ min: 1, max: 2 }),
  }),
)
const happening = fc.constantFrom('refund', 'dispute', 'won', 'lost', 'nothing')

// Guarantee: whatever Stripe, buyers, banks and the process do, a seller has exactly what is owed, sent once.
test('sellers and books agree after any trouble', async () => {
  const history = fc.array(
    fc.record({ happening, troubles: fc.array(trouble, { maxLength: 2 }), stopAt: fc.integer({ min: 1, max: 20 }) }),
    { minLength: 1, maxLength: 5 },
  )
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      crashInjector.rest()
      const sale = await sold()
      let disputeId: string | undefined
      for (const { happening, troubles, stopAt } of steps) {
        for (const each of troubles) await world.double.fault({ ...each, metadata: { paymentId: sale.id } })
        crashInjector.crashAt(stopAt)
        await world.advancePayout(sale.id).catch(() => {})
        crashInjector.rest()
        if (happening === 'refund') await refund(sale).catch(() => {})
        if (happening === 'dispute') disputeId = (await dispute(sale)) ?? disputeId
        if (disputeId && (happening === 'won' || happening === 'lost')) await decide(disputeId, happening)
      }
      for (let turn = 0; turn < 12; turn += 1) await world.advancePayout(sale.id).catch(() => {})
      const isDisputed = disputeId !== undefined && (await world.disputes.find(disputeId))?.status === 'open'
      const isLost = disputeId !== undefined && (await world.disputes.find(disputeId))?.status === 'lost'
      const isGone = isLost || (await world.payments.find(sale.id))?.status !== 'completed'
      const end = isGone ? dropped : isDisputed ? withheld : paid
      const isRefunding = (await world.payments.find(sale.id))?.status === 'refunding'
      expect(await endOf(sale)).toMatchObject({
        ...end,
        agrees: true,
        atOnce: end.sent === 0 ? 0 : 1,
        ...(isRefunding ? {} : { owed: end.status === 'waiting' ? 3_780 : 0 }),
      })
    }),
    { numRuns: 25, endOnFailure: true },
  )
  expect(Object.values(await world.ledger.sums()).every((sum) => sum === 0)).toBe(true)
}, 120_000)
