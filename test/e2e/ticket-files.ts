import type { Marketplace } from '../marketplace.ts'
import { expectStatus, type Visitor } from '../visitor.ts'

let made = 0
/** A code that no other ticket has. */
export const newCode = () => `FAIR-${process.pid}-${Date.now()}-${made++}`

/** Uploads the file of a listing. */
export const send = (who: Visitor, ticketId: string, bytes: Uint8Array, type = 'application/pdf', query = '') =>
  who.call('POST', `/api/tickets/${ticketId}/file${query}`, { file: bytes, headers: { 'content-type': type } })

/** The file of an order, as whoever asks is answered. */
export const fetchFile = async ({ origin }: Pick<Marketplace, 'origin'>, who: Visitor, orderId: string) => {
  const cookie = [...who.jar].map(([name, value]) => `${name}=${value}`).join('; ')
  return fetch(`${origin}/api/orders/${orderId}/file`, { headers: { cookie } })
}

/** Somebody new buys a ticket, and has paid. */
export const buyTicket = async (market: Marketplace, ticketId: string) => {
  const buyer = await market.signedUp()
  const order = expectStatus(await buyer.buy(ticketId), 201).body
  const payment = expectStatus(await buyer.pay(order.id), 201).body
  return { buyer, orderId: order.id, paymentId: payment.id }
}
