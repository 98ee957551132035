import type { Marketplace } from '../marketplace.ts'
import type { Client } from './client.ts'
import type { HandingOver } from './handing-over.ts'
import type { Outcome, Sellers } from './outcome.ts'
import { createPaymentWays, text } from './payment-ways.ts'
import type { Plan } from './plan.ts'
import type { User } from './users.ts'

type Double = Awaited<ReturnType<Marketplace['stripe']>>
type Shop = {
  client: Client
  double: Double
  newUser: () => User
  sellers: Sellers
  admin: User
  handingOver: HandingOver
  /** one coupon code for each purchase that wants one */
  couponFor: (plan: Plan) => string
}

/** Up to where the buyer has to pay. */
const createSale = (client: Client, handingOver: Shop['handingOver']) => {
  const list = async ({ index, priceCents, currency, handover }: Plan, seller: User) => {
    const listing = {
      title: `Seat ${index}`,
      venue: 'State Opera',
      city: 'Vienna',
      startsAt: '2035-06-01T19:30:00Z',
      priceCents,
      currency,
      delivery: handover === 'file' ? 'file' : 'transfer',
    }
    const { status, body } = await client.ask(seller, 'POST', '/api/tickets', listing, `list-${index}`)
    if (status !== 201) throw new Error(`a ticket could not be listed: ${status} ${JSON.stringify(body)}`)
    const id = text(body, 'id')
    if (handover === 'file') await handingOver.upload(seller, id)
    return id
  }

  const order = async (buyer: User, ticketId: string) => {
    const { status, body } = await client.ask(buyer, 'POST', '/api/orders', { ticketId }, `order-${ticketId}`)
    if (status !== 201 && status !== 200) throw new Error(`no order: ${status} ${JSON.stringify(body)}`)
    return text(body, 'id')
  }

  return { list, order }
}

/** Carries one planned purchase through the public API, up to where the buyer's own part ends. */
export const createPurchases = ({ client, double, newUser, sellers, admin, couponFor, handingOver }: Shop) => {
  const { list, order } = createSale(client, handingOver)
  const { act, goThrough } = createPaymentWays({ client, double, admin, couponFor })

  const refund = async (id: string) =>
    client.ask(admin, 'POST', `/api/payments/${id}/refund`, { reason: 'The show was called off' }, `late-${id}`)

  const dispute = async (intentId: string, outcome: 'won' | 'lost') => {
    const { body } = await act(`/payment_intents/${intentId}/dispute`, {})
    if (body.id) await act(`/disputes/${body.id}/close`, { outcome })
    return body.id === undefined ? 'not disputed' : `dispute ${outcome}`
  }

  /** What becomes of a sale once its show has begun. */
  const afterwards = async (outcome: Outcome): Promise<string> => {
    const { plan, orderId } = outcome
    const { what, afterMs, faults } = plan.afterwards
    for (const fault of faults) await act('/faults', { ...fault, metadata: { orderId } })
    if (what === 'nothing') return what
    await Bun.sleep(afterMs)
    if (what === 'claimRefunded' || what === 'claimRejected')
      return handingOver.claim(outcome, what === 'claimRefunded')
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
    const seller = plan.isSellerReady ? sellers.ready : sellers.unready
    const orderId = await order(buyer, await list(plan, seller))
    if (plan.handover === 'file') await handingOver.askTooEarly(orderId, buyer)
    for (const fault of plan.faults) await act('/faults', { ...fault, metadata: { orderId } })
    const answers = await goThrough(plan, buyer, orderId)
    const said = answers.map(({ status, body }) => `${status} ${text(body, 'code')}`.trim())
    return { plan, orderId, buyer, seller, answers: said }
  }
  return { buy, afterwards }
}
