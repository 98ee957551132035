import type { TicketData } from '@fairpass/sdk/events'
import {
  type Order,
  OwnTicketError,
  seatOf,
  TicketBeingCheckedOutError,
  TicketFileMissingError,
  TicketSoldError,
  TicketWithdrawnError,
} from './order.ts'

/** How long a buyer is asked to wait while money is being taken, in seconds. */
const settlingSeconds = 5

export const secondsUntil = (moment: Date, now: Date) =>
  Math.max(1, Math.ceil((moment.getTime() - now.getTime()) / 1000))

export const lacksFile = ({ delivery, hasFile }: TicketData) => delivery === 'file' && !hasFile

/**
 * @throws OwnTicketError, TicketWithdrawnError, TicketFileMissingError when this buyer could not buy it even if nobody held
 * it
 */
export const assertOffered = (ticket: TicketData, buyerId: string, now: Date): void => {
  if (ticket.sellerId === buyerId) throw new OwnTicketError()
  if (ticket.status === 'withdrawn' || new Date(ticket.startsAt) <= now) throw new TicketWithdrawnError()
  if (lacksFile(ticket)) throw new TicketFileMissingError()
}

/** Why nobody else can buy the ticket of this order now; nothing when the order is over. */
export const conflictFor = (order: Order | undefined, now: Date): Error | undefined => {
  if (order?.status === 'completed') return new TicketSoldError()
  if (order?.status === 'settling') return new TicketBeingCheckedOutError(settlingSeconds)
  if (order?.status === 'created') return new TicketBeingCheckedOutError(secondsUntil(order.expiresAt, now))
  return undefined
}

type OrderHold = { orderId: string; buyerId: string; expiresAt: Date }

/** The order that begins with a hold on the ticket. */
export const orderOf = (ticket: TicketData, hold: OrderHold, now: Date): Omit<Order, 'version'> => ({
  id: hold.orderId,
  status: 'created',
  ticketId: ticket.id,
  ticket: {
    id: ticket.id,
    title: ticket.title,
    venue: ticket.venue,
    city: ticket.city,
    startsAt: new Date(ticket.startsAt),
    ...(ticket.timeZone === undefined ? {} : { timeZone: ticket.timeZone }),
    ...seatOf(ticket),
  },
  buyerId: hold.buyerId,
  ...(ticket.delivery === 'file' ? { delivery: 'file' as const } : {}),
  ...(ticket.resaleOf ? { resaleOf: ticket.resaleOf } : {}),
  ...(ticket.withoutBarcode ? { isWithoutBarcode: true as const } : {}),
  sellerId: ticket.sellerId,
  totalCents: ticket.priceCents,
  currency: ticket.currency,
  createdAt: now,
  expiresAt: hold.expiresAt,
  updatedAt: now,
})
