import type { OrderData } from '@fairpass/sdk/events'
import type { Show } from '../mail/kinds.ts'

/** What mails say of an order. */
export const showOf = ({ ticketId, title, venue, city, startsAt, timeZone, section, row, seat }: OrderData): Show => ({
  ...{ ticketId, title, venue, city, startsAt, timeZone, section, row, seat },
})

export const saleOf = (order: OrderData, cents = order.totalCents) => ({
  ...showOf(order),
  orderId: order.id,
  total: { cents, currency: order.currency },
})

export const withHandover = (order: OrderData) => {
  const { kind, deadline } = order.handover ?? {}
  return { ...saleOf(order), kind, deadline }
}
