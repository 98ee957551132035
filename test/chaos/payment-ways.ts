import type { Marketplace } from '../marketplace.ts'
import type { Answer, Client, Patience } from './client.ts'
import type { Plan } from './plan.ts'
import type { User } from './users.ts'

type Double = Awaited<ReturnType<Marketplace['stripe']>>
type Deps = { client: Client; double: Double; admin: User; couponFor: (plan: Plan) => string }

/** A buyer whose request fails asks again a few times, and then just looks at the order later. */
const buyersPatience: Patience = { tries: 5, timeoutMs: 8_000 }
const controlTries = 5
const unanswered: Answer = { status: 0, body: { code: 'unanswered' } }

export const text = (body: Record<string, unknown>, name: string) => String(body[name] ?? '')

/** What a buyer's browser does with Stripe, through the control API of the double. */
const createBrowser = (double: Double) => {
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

  return { act, confirm }
}
type Browser = ReturnType<typeof createBrowser>

/** What a buyer asks of the marketplace. */
const createRequests = ({ client }: Pick<Deps, 'client'>) => {
  const pay = (buyer: User, orderId: string, how: object, key = `pay-${orderId}`) =>
    client.ask(buyer, 'POST', '/api/payments', { orderId, ...how }, key, buyersPatience).catch((): Answer => unanswered)

  return {
    pay,

    /** Several times at once: some with the same key, some as if from another tab. */
    payRepeatedly: async (buyer: User, orderId: string, how: object, attempts: number) => {
      const keys = Array.from({ length: attempts }, (_, at) => `pay-${orderId}-${at % 2}`)
      return Promise.all(keys.map((key) => pay(buyer, orderId, how, key)))
    },

    leave: (buyer: User, orderId: string) => client.ask(buyer, 'DELETE', `/api/orders/${orderId}`),
  }
}

type Way = (plan: Plan, buyer: User, orderId: string) => Promise<Answer[]>

/** The ways that take several steps. */
const createStories = ({ client, admin }: Deps, { act, confirm }: Browser) => {
  const { pay, payRepeatedly, leave } = createRequests({ client })

  const inBrowser: Way = async (plan, buyer, orderId) => {
    const opened = await pay(buyer, orderId, {})
    await confirm(plan, opened)
    return [opened]
  }

  const late: Way = async (plan, buyer, orderId) => {
    const opened = await pay(buyer, orderId, {})
    const intentId = await confirm(plan, opened)
    const left = await leave(buyer, orderId)
    if (intentId) await act(`/payment_intents/${intentId}/capture`, {})
    return [opened, left]
  }

  const refunded: Way = async ({ paymentMethod, attempts }, buyer, orderId) => {
    const paid = await payRepeatedly(buyer, orderId, { paymentMethod }, attempts)
    const id = paid.map(({ body }) => text(body, 'id')).find(Boolean)
    if (!id) return paid
    const reason = { reason: 'The show was called off' }
    const again = Array.from({ length: 3 }, (_, at) =>
      client.ask(admin, 'POST', `/api/payments/${id}/refund`, reason, `refund-${id}-${at}`),
    )
    return [...paid, ...(await Promise.all(again))]
  }

  return { inBrowser, late, refunded }
}

/** The ways in which a buyer pays, or doesn't. */
export const createPaymentWays = (deps: Deps) => {
  const { client, double, couponFor } = deps
  const browser = createBrowser(double)
  const { pay, payRepeatedly, leave } = createRequests({ client })
  const { inBrowser, late, refunded } = createStories(deps, browser)

  const goThrough: Way = async (plan, buyer, orderId) => {
    const { way, paymentMethod, attempts, leavesAfterMs } = plan
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
      case 'browser3dsFailed':
        return inBrowser(plan, buyer, orderId)
      case 'late':
        return late(plan, buyer, orderId)
      case 'leaving':
        return Promise.all([
          pay(buyer, orderId, { paymentMethod }),
          Bun.sleep(leavesAfterMs).then(() => leave(buyer, orderId)),
        ])
      case 'refunded':
        return refunded(plan, buyer, orderId)
      default:
        return payRepeatedly(buyer, orderId, { paymentMethod }, attempts)
    }
  }

  return { act: browser.act, goThrough }
}
