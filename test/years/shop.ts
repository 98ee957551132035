import { type Answer, type Client, createClient } from '../chaos/client.ts'
import { openEvidence } from '../chaos/evidence.ts'
import { checkInvariants } from '../chaos/invariants.ts'
import { createUsers, type User } from '../chaos/users.ts'
import { eventually, type Marketplace } from '../marketplace.ts'

/** How a purchase can stand when something happens to the marketplace. */
export const states = ['paid', 'withCoupon', 'refunded', 'declined', 'givenUp', 'open', 'formOpen', 'stuck'] as const
export type PurchaseState = (typeof states)[number]
export type Purchase = { state: PurchaseState; ticketId: string; orderId: string; buyer: User; paymentId: string }

const settledWithinMs = 90_000
const textOf = (body: Record<string, unknown>, name: string) => String(body[name] ?? '')

type Pay = (buyer: User, orderId: string, how: object) => Promise<Answer>
type Ways = Record<PurchaseState, (buyer: User, orderId: string) => Promise<string>>
type Deps = { client: Client; admin: User; market: Pick<Marketplace, 'stripe'>; pay: Pay }

const card = { paymentMethod: 'pm_card_visa' }

const accepted = async (client: Client, user: User, method: string, path: string, body?: object) => {
  const answer = await client.ask(user, method, path, body, body ? crypto.randomUUID() : undefined)
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body
}

/** How an order is brought to each state; returns its payment's id, where it has one. */
const createWays = ({ client, admin, market, pay }: Deps): Ways => {
  return {
    open: async () => '',
    paid: async (buyer, orderId) => textOf((await pay(buyer, orderId, card)).body, 'id'),
    withCoupon: async (buyer, orderId) => {
      const { coupons } = await accepted(client, admin, 'POST', '/api/coupons', { quantity: 1 })
      const [{ code = '' } = {}] = coupons as { code?: string }[]
      return textOf((await pay(buyer, orderId, { couponCode: code })).body, 'id')
    },
    refunded: async (buyer, orderId) => {
      const { body } = await pay(buyer, orderId, card)
      await accepted(client, admin, 'POST', `/api/payments/${body.id}/refund`, { reason: 'The show was called off' })
      return textOf(body, 'id')
    },
    declined: async (buyer, orderId) => {
      await pay(buyer, orderId, { paymentMethod: 'pm_card_chargeDeclined' })
      return ''
    },
    givenUp: async (buyer, orderId) => {
      await client.ask(buyer, 'DELETE', `/api/orders/${orderId}`)
      return ''
    },
    formOpen: async (buyer, orderId) => textOf((await pay(buyer, orderId, {})).body, 'id'),
    /** Stripe has captured, and its answer was lost: the payment stands between two steps. */
    stuck: async (buyer, orderId) => {
      const fault = { operation: 'capture', kind: 'drop_after', times: 2, metadata: { orderId } }
      await (await market.stripe()).call('POST', '/faults', fault)
      await client
        .ask(buyer, 'POST', '/api/payments', { orderId, ...card }, crypto.randomUUID(), {
          tries: 1,
          timeoutMs: 20_000,
        })
        .catch(() => {})
      return ''
    },
  }
}

/** Somebody's purchases through the public API, with tokens from the marketplace's own JWT_KEY. */
export const openShop = (market: Pick<Marketplace, 'origin' | 'stripe' | 'database'>, jwtKey: string) => {
  const client: Client = createClient(market.origin)
  const newUser = createUsers(jwtKey)
  const [seller, admin] = [newUser(), newUser('admin')]

  const list = async (title = 'A seat'): Promise<string> => {
    const listing = { title, venue: 'State Opera', city: 'Vienna', startsAt: '2035-06-01T19:30:00Z' }
    return textOf(
      await accepted(client, seller, 'POST', '/api/tickets', { ...listing, priceCents: 8_900, currency: 'eur' }),
      'id',
    )
  }

  const order = async (ticketId: string) => {
    const buyer = newUser()
    return {
      buyer,
      ticketId,
      orderId: textOf(await accepted(client, buyer, 'POST', '/api/orders', { ticketId }), 'id'),
    }
  }

  const pay = (buyer: User, orderId: string, how: object) =>
    client.ask(buyer, 'POST', '/api/payments', { orderId, ...how }, crypto.randomUUID())

  const bringTo = createWays({ client, admin, market, pay })

  const buy = async (ticketId: string, state: PurchaseState): Promise<Purchase> => {
    const ordered = await order(ticketId)
    return { ...ordered, state, paymentId: await bringTo[state](ordered.buyer, ordered.orderId) }
  }

  return {
    list,
    buy,
    /** A purchase of a new ticket. */
    sell: async (state: PurchaseState) => buy(await list(), state),
    /** The buyer's browser confirms the form that is open. */
    confirm: async ({ buyer, orderId }: Purchase) => {
      const clientSecret = textOf((await pay(buyer, orderId, {})).body, 'clientSecret')
      const [intentId] = clientSecret.split('_secret')
      const how = { client_secret: clientSecret, payment_method: card.paymentMethod }
      await (await market.stripe()).call('POST', `/payment_intents/${intentId}/confirm`, how)
    },
    /** Buyers with an open order still pay it. */
    payLate: ({ buyer, orderId }: Purchase) => pay(buyer, orderId, card),
    abandon: ({ buyer, orderId }: Purchase) => client.ask(buyer, 'DELETE', `/api/orders/${orderId}`),
    orderOf: async ({ buyer, orderId }: Purchase) => client.ask(buyer, 'GET', `/api/orders/${orderId}`),
  }
}

export type Shop = ReturnType<typeof openShop>

/**
 * Waits until nothing moves any more.
 * @returns what is broken: the invariants of the money, and that no ticket was sold twice
 */
export const brokenAtTheEnd = async (market: Marketplace): Promise<Record<string, string[]>> => {
  const evidence = await openEvidence(market)
  const orders = await market.database('orders')
  try {
    await eventually(
      async () => {
        const { intents } = await (await market.stripe()).state()
        const { payouts: _payouts, disputes: _disputes, ...left } = await evidence.unsettled()
        return { ...left, held: intents.filter(({ capturable }) => capturable > 0).length }
      },
      (left) => Object.values(left).every((count) => count === 0),
      settledWithinMs,
    )
    const twice = await orders.db
      .collection('orders')
      .aggregate<{ _id: string }>([
        { $match: { status: { $in: ['created', 'settling', 'completed'] } } },
        { $group: { _id: '$ticketId', count: { $sum: 1 } } },
        { $match: { count: { $gt: 1 } } },
      ])
      .toArray()
    const checked = {
      ...checkInvariants(await evidence.collect()),
      'no ticket is sold twice': twice.map(({ _id }) => _id),
    }
    return Object.fromEntries(Object.entries(checked).filter(([, wrong]) => wrong.length > 0))
  } finally {
    await Promise.all([evidence.close(), orders.close()])
  }
}
