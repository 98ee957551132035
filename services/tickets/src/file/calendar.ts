import type { OrderData } from '@fairpass/sdk/events'
import ical from 'ical-generator'

/** The event of an order as a file for calendars (RFC 5545). */
export const calendarOf = (order: OrderData, publicOrigin: string): string => {
  const calendar = ical({ prodId: { company: 'Fairpass', product: 'Fairpass', language: 'EN' } })
  const place = [order.venue, order.city].filter(Boolean).join(', ')
  calendar.createEvent({
    id: `${order.ticketId}@${new URL(publicOrigin).hostname}`,
    stamp: new Date(),
    start: new Date(order.startsAt ?? order.createdAt),
    summary: order.title ?? 'Fairpass',
    ...(place ? { location: place } : {}),
    url: `${publicOrigin}/orders/${order.id}`,
  })
  return calendar.toString()
}
