import { CustomError, RequestValidationError } from '@fairpass/sdk/errors'
import type { TicketData } from '@fairpass/sdk/events'
import { currencies } from '@fairpass/sdk/values'

export type Ticket = {
  id: string
  version: number
  sellerId: string
  title: string
  venue: string
  city: string
  startsAt: Date
  timeZone?: string | undefined
  priceCents: number
  currency: string
  description?: string | undefined
  status: 'available' | 'reserved' | 'sold' | 'withdrawn'
  createdAt: Date
  /** the latest order that took this ticket; it stays when the order ends, so that late events are known as such */
  reservation?: { orderId: string; createdAt: Date; expiresAt: Date } | undefined
  /** withdrawn as soon as no order holds it: its seller was banned while a buyer was checking out */
  withdrawOnRelease?: boolean | undefined
  /** who ended it, when it was not its seller */
  withdrawnBy?: 'admin' | undefined
}

type Listing = Pick<
  Ticket,
  'title' | 'venue' | 'city' | 'startsAt' | 'timeZone' | 'priceCents' | 'currency' | 'description'
>

/** The fields of a listing to change; one that is not there stays as it is. */
type Changes = { [K in keyof Listing]?: Listing[K] | undefined }

/** What is said of a currency that nobody can be charged in. */
export const unknownCurrency = 'must be the lower-case ISO 4217 code of a currency that Stripe takes'

export class TicketReservedError extends CustomError {
  readonly code = 'ticket_reserved'
  constructor() {
    super('A buyer is checking out with this ticket; it can be changed when that ends')
  }
}

export class TicketSoldError extends CustomError {
  readonly code = 'ticket_sold'
  constructor() {
    super('This ticket has been sold')
  }
}

class TicketWithdrawnError extends CustomError {
  readonly code = 'ticket_withdrawn'
  constructor() {
    super('This ticket has been withdrawn')
  }
}

const refuseUnlessAvailable = ({ status }: Ticket) => {
  if (status === 'reserved') throw new TicketReservedError()
  if (status === 'sold') throw new TicketSoldError()
  if (status === 'withdrawn') throw new TicketWithdrawnError()
}

/** @throws RequestValidationError for a price that nobody could pay, since Stripe moves no such amount */
export const refuseUnlessPayable = ({ priceCents, currency }: Pick<Listing, 'priceCents' | 'currency'>): void => {
  const known = currencies.get(currency)
  if (!known) throw new RequestValidationError([{ msg: unknownCurrency, param: 'currency' }])
  const { increment, min, max } = known
  const refuse = (rule: string) => {
    throw new RequestValidationError([{ msg: `must be ${rule} in ${currency}`, param: 'priceCents' }])
  }
  if (priceCents < min) refuse(`at least ${min}`)
  if (priceCents > max) refuse(`at most ${max}`)
  if (priceCents % increment !== 0) refuse(`a multiple of ${increment}`)
}

/**
 * @throws TicketReservedError, TicketSoldError or TicketWithdrawnError: only what is for sale may be changed;
 * RequestValidationError for a price that nobody could pay
 */
export const edit = (ticket: Ticket, changes: Changes): Ticket => {
  refuseUnlessAvailable(ticket)
  const changed = { ...ticket, ...(changes as Partial<Listing>) }
  // What was listed under other rules can still be told better.
  if (changed.priceCents !== ticket.priceCents || changed.currency !== ticket.currency) refuseUnlessPayable(changed)
  return changed
}

/** Withdrawing twice is nothing. */
export const withdraw = (ticket: Ticket): Ticket => {
  if (ticket.status === 'withdrawn') return ticket
  refuseUnlessAvailable(ticket)
  return { ...ticket, status: 'withdrawn' }
}

/**
 * Takes a ticket off sale whatever its state: at once, or when the order that holds it has ended.
 * @param by who did it, when it was not its seller
 */
export const endListing = (ticket: Ticket, by?: 'admin'): Ticket => {
  const ended = by ? { ...ticket, withdrawnBy: by } : ticket
  if (ticket.status === 'available') return { ...ended, status: 'withdrawn' }
  return ticket.status === 'reserved' && !ticket.withdrawOnRelease ? { ...ended, withdrawOnRelease: true } : ticket
}

/** Orders decide who may buy; tickets follow, and an order older than the one known changes nothing. */
export const reserve = (ticket: Ticket, reservation: NonNullable<Ticket['reservation']>): Ticket => {
  if (ticket.status === 'sold' || (ticket.reservation && ticket.reservation.createdAt >= reservation.createdAt))
    return ticket
  // Withdrawn while BUY was under way: the order stands, but the ticket does not come back on sale after it.
  const isEnding = ticket.status === 'withdrawn' || ticket.withdrawOnRelease === true
  return { ...ticket, status: 'reserved', reservation, ...(isEnding ? { withdrawOnRelease: isEnding } : {}) }
}

/** The order that held the ticket ended without a sale. */
export const release = (ticket: Ticket, orderId: string): Ticket => {
  if (ticket.status === 'withdrawn' || ticket.reservation?.orderId !== orderId) return ticket
  return ticket.withdrawOnRelease
    ? { ...ticket, status: 'withdrawn', withdrawOnRelease: undefined }
    : { ...ticket, status: 'available' }
}

export const sell = (ticket: Ticket, reservation: NonNullable<Ticket['reservation']>): Ticket =>
  ticket.status === 'sold' ? ticket : { ...ticket, status: 'sold', reservation }

/** The sale was undone: the ticket does not go back on sale by itself, since nobody knows yet whether it is good. */
export const voidSale = (ticket: Ticket, orderId: string): Ticket =>
  ticket.reservation?.orderId === orderId && ticket.status !== 'withdrawn'
    ? { ...ticket, status: 'withdrawn', withdrawOnRelease: undefined }
    : ticket

/** What other services are told. */
export const toData = (ticket: Ticket): TicketData => ({
  id: ticket.id,
  version: ticket.version,
  sellerId: ticket.sellerId,
  title: ticket.title,
  venue: ticket.venue,
  city: ticket.city,
  startsAt: ticket.startsAt.toISOString(),
  ...(ticket.timeZone === undefined ? {} : { timeZone: ticket.timeZone }),
  priceCents: ticket.priceCents,
  currency: ticket.currency,
  status: ticket.status,
  ...(ticket.reservation ? { orderId: ticket.reservation.orderId } : {}),
  ...(ticket.withdrawnBy ? { withdrawnBy: ticket.withdrawnBy } : {}),
})

/** What everybody may read. */
export const toPublic = (ticket: Ticket) => {
  const { orderId: _orderId, ...shown } = toData(ticket)
  return ticket.description === undefined ? shown : { ...shown, description: ticket.description }
}
