import type { Marketplace } from '../marketplace.ts'
import type { Answer, Client, Patience } from './client.ts'
import type { Plan } from './plan.ts'
import type { User } from './users.ts'

type Double = Awaited<ReturnType<Marketplace['stripe']>>
type Shop = {
  client: Client
  double: Double
  newUser: () => User
  /** one who can be paid, and one who has never told Stripe where to */
  sellers: { ready: User; unready: User }
  admin: User
  /** one coupon code for each purchase that wants one */
  couponFor: (plan: Plan) => string
}
/** What a purchase came to as its buyer saw it. */
export type Outcome = { plan: Plan; orderId: string; answers: string[] }

/** A buyer who hears of trouble asks again a few times, and then just looks at the order later. */
const buyersPatience: Patience = { tries: 5, timeoutMs: 8_000 }
const controlTries = 5
const unanswered: Answer = { status: 0, body: { code: 'unanswered' } }

const text = (body: Record<string, unknown>, name: string) => String(body[name] ?? '')

/** Carries one planned purchase through the public API, up to where the buyer's own part ends. */
export const createPurchases = ({ client, double, newUser, sellers, admin, couponFor }: Shop) => {
  const list = async ({ index, priceCents, currency, isSellerReady }: Plan) => {
    const seller = isSellerReady ? sellers.ready : sellers.unready
    const listing = {
      title: `Seat ${index}`,
      venue: 'State Opera',
      city: 'Vienna',
      startsAt: '2035-06-01T19:30:00Z',
      priceCents,
      currency,
    }
    const { status, body } = await client.ask(seller, 'POST', '/api/tickets', listing, `list-${index}`)
    if (status !== 201) throw new Error(`a ticket could not be listed: ${status} ${JSON.stringify(body)}`)
    return text(body, 'id')
  }

  const order = async (buyer: User, ticketId: string) => {
    const { status, body } = await client.ask(buyer, 'POST', '/api/orders', { ticketId }, `order-${ticketId}`)
    if (status !== 201 && status !== 200) throw new Error(`no order: ${status} ${JSON.stringify(body)}`)
    return text(body, 'id')
  }

  const pay = (buyer: User, orderId: string, how: object, key = `pay-${orderId}`) =>
    client.ask(buyer, 'POST', '/api/payments', { orderId, ...how }, key, buyersPatience).catch((): Answer => unanswered)

  /** Several times at once: some with the same key, some as if from another tab. */
  const payRepeatedly = async (buyer: User, orderId: string, how: object, attempts: number) => {
    const keys = Array.from({ length: attempts }, (_, at) => `pay-${orderId}-${at % 2}`)
    return Promise.all(keys.map((key) => pay(buyer, orderId, how, key)))
  }

  /** Acts through the control API; done twice because an answer was lost, the double refuses the second. */
  const act = async (path: string, how: object) => {
    for (let tried = 1; ; tried++) {
      try {
        return await double.call('POST', path, how)
      } catch (error) {
        if (tried === controlTries) throw error
        await Bun.sleep(200 * tried)
      }
    }
  }

  /** Confirms as Stripe's own form in the browser does. */
  const confirm = async (plan: Plan, opened: Answer) => {
    const secret = text(opened.body, 'clientSecret')
    const [intentId = ''] = secret.split('_secret')
    // The order may have ended before the form came up.
    if (!secret) return undefined
    await act(`/payment_intents/${intentId}/confirm`, {
      client_secret: secret,
      payment_method: plan.paymentMethod,
    })
    if (plan.way === 'browser3ds') await act(`/payment_intents/${intentId}/complete3ds`, {})
    if (plan.way === 'browser3dsFailed') await act(`/payment_intents/${intentId}/complete3ds`, { outcome: 'failed' })
    return intentId
  }

  const leave = (buyer: User, orderId: string) => client.ask(buyer, 'DELETE', `/api/orders/${orderId}`)

  const goThrough = async (plan: Plan, buyer: User, orderId: string): Promise<Answer[]> => {
    const { way, paymentMethod, attempts } = plan
    switch (way) {
      case 'coupon':
        return payRepeatedly(buyer, orderId, { couponCode: couponFor(plan) }, attempts)
      case 'mistyped':
        return [
          await pay(buyer, orderId, { paymentMethod: 'pm_nobody_knows_it' }, `mistyped-${orderId}`),
          await pay(buyer, orderId, { paymentMethod }),
        ]
      case 'browser':
      case 'browser3ds':
      case 'browser3dsFailed': {
        const opened = await pay(buyer, orderId, {})
        await confirm(plan, opened)
        return [opened]
      }
      case 'late': {
        const opened = await pay(buyer, orderId, {})
        const intentId = await confirm(plan, opened)
        const left = await leave(buyer, orderId)
        if (intentId) await act(`/payment_intents/${intentId}/capture`, {})
        return [opened, left]
      }
      case 'leaving':
        return Promise.all([
          pay(buyer, orderId, { paymentMethod }),
          Bun.sleep(plan.leavesAfterMs).then(() => leave(buyer, orderId)),
        ])
      case 'refunded': {
        const paid = await payRepeatedly(buyer, orderId, { paymentMethod }, attempts)
        const id = paid.map(({ body }) => text(body, 'id')).find(Boolean)
        if (!id) return paid
        const reason = { reason: 'The show was called off' }
        const again = Array.from({ length: 3 }, (_, at) =>
          client.ask(admin, 'POST', `/api/payments/${id}/refund`, reason, `refund-${id}-${at}`),
        )
        return [...paid, ...(await Promise.all(again))]
      }
      default:
        return payRepeatedly(buyer, orderId, { paymentMethod }, attempts)
    }
  }

  const refund = async (id: string) =>
    client.ask(admin, 'POST', `/api/payments/${id}/refund`, { reason: 'The show was called off' }, `late-${id}`)

  const dispute = async (intentId: string, outcome: 'won' | 'lost') => {
    const { body } = await act(`/payment_intents/${intentId}/dispute`, {})
    if (body.id) await act(`/disputes/${body.id}/close`, { outcome })
    return body.id === undefined ? 'not disputed' : `dispute ${outcome}`
  }

  /** What becomes of a sale once its show has begun. */
  const afterwards = async ({ plan, orderId }: Outcome): Promise<string> => {
    const { what, afterMs, faults } = plan.afterwards
    for (const fault of faults) await act('/faults', { ...fault, metadata: { orderId } })
    if (what === 'nothing') return what
    await Bun.sleep(afterMs)
    const found = await client.ask(admin, 'GET', `/api/payments?orderId=${orderId}&status=completed`)
    if (found.status !== 200) return `not found: ${found.status} ${text(found.body, 'code')}`
    const [paid] = found.body.payments as { id: string; intentId: string | null }[]
    if (!paid) return 'nothing was paid'
    if (what === 'refund') return `refund ${(await refund(paid.id)).status}`
    if (!paid.intentId) return 'no card to dispute'
    return dispute(paid.intentId, what === 'disputeWon' ? 'won' : 'lost')
  }

  const buy = async (plan: Plan): Promise<Outcome> => {
    const buyer = newUser()
    const orderId = await order(buyer, await list(plan))
    for (const fault of plan.faults) await act('/faults', { ...fault, metadata: { orderId } })
    const answers = await goThrough(plan, buyer, orderId)
    return { plan, orderId, answers: answers.map(({ status, body }) => `${status} ${text(body, 'code')}`.trim()) }
  }
  return { buy, afterwards }
}
