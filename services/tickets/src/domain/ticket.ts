import { CustomError, RequestValidationError } from '@fairpass/sdk/errors'
import type { OrderData, TicketData } from '@fairpass/sdk/events'
import { omitUndefined } from '@fairpass/sdk/omit-undefined'
import { currencies, majorUnits } from '@fairpass/sdk/values'

/** The order that took a ticket. */
export type Reservation = { orderId: string; version: number; createdAt: Date; expiresAt: Date }

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
  /** how it changes hands: uploaded here, or passed on by its seller after the sale; earlier listings are passed on */
  delivery?: 'file' | 'transfer' | undefined
  section?: string | undefined
  row?: string | undefined
  seat?: string | undefined
  /** what the organiser took for it */
  faceValueCents?: number | undefined
  /** its uploaded file, and whether a barcode was found in it */
  file?: { id: string; hasBarcode: boolean } | undefined
  /** its file is to be erased, and its barcode may be listed again: the file's id */
  erasesFile?: string | undefined
  status: 'available' | 'reserved' | 'sold' | 'withdrawn'
  createdAt: Date
  /** since when it can be bought: one that waited for its file is later than it was created; earlier listings have none */
  listedAt?: Date | undefined
  /**
   * the latest order that took this ticket, and which of its versions the ticket follows (unknown for what was stored by
   * an older Fairpass); it stays when the order ends, so that late events are known as such
   */
  reservation?: (Omit<Reservation, 'version'> & { version?: number }) | undefined
  /** withdrawn as soon as no order holds it: its seller was banned while a buyer was checking out */
  withdrawOnRelease?: boolean | undefined
  /** who ended it, when it was not its seller */
  withdrawnBy?: 'admin' | undefined
  /** its seller bought it here: by which order, and as which listing */
  resaleOf?: { orderId: string; ticketId: string } | undefined
  /** withdrawn before its file ever came: it was never on sale, and is shown to nobody */
  isDiscarded?: true | undefined
}

type Listing = Pick<
  Ticket,
  | 'title'
  | 'venue'
  | 'city'
  | 'startsAt'
  | 'timeZone'
  | 'priceCents'
  | 'currency'
  | 'description'
  | 'delivery'
  | 'section'
  | 'row'
  | 'seat'
  | 'faceValueCents'
>

/** The fields of a listing to change; one that is not there stays as it is, one that is null is taken back. */
type Changes = { [K in keyof Listing]?: Listing[K] | undefined | null }

/** The message for a currency that cards cannot be charged in. */
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

/** Nobody can buy it yet. */
export const lacksFile = ({ delivery, file }: Pick<Ticket, 'delivery' | 'file'>): boolean =>
  delivery === 'file' && file === undefined

/**
 * Notes since when it can be bought, once.
 * @param before how it was, when it is not new
 */
export const noteListed = <T extends Omit<Ticket, 'version'>>(ticket: T, before?: Ticket): T => {
  const wasOnSale = before !== undefined && !lacksFile(before)
  // Its file leaves with what leaves the sale.
  if (ticket.listedAt || (lacksFile(ticket) && !wasOnSale)) return ticket
  return { ...ticket, listedAt: before && !wasOnSale ? new Date() : ticket.createdAt }
}

/** A listing may be stored a little after the time that it says of itself, in milliseconds. */
export const overlapMs = 10_000

/** When it came on sale, if that was long after it was created, so that lists by age have it far behind what is new. */
export const lateListing = ({ createdAt, listedAt }: Pick<Ticket, 'createdAt' | 'listedAt'>): Date | undefined =>
  listedAt && listedAt.getTime() - createdAt.getTime() > overlapMs ? listedAt : undefined

export const refuseUnlessAvailable = ({ status }: Ticket) => {
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
  const values = Object.entries(changes).map(([name, value]) => [name, value ?? undefined] as const)
  const changed = { ...ticket, ...(Object.fromEntries(values) as Partial<Listing>) }
  // A listing under earlier rules can still be described better.
  if (changed.priceCents !== ticket.priceCents || changed.currency !== ticket.currency) refuseUnlessPayable(changed)
  return changed.delivery === 'transfer' && changed.file ? withoutFile(changed) : changed
}

const withoutFile = (ticket: Ticket): Ticket => ({ ...ticket, file: undefined, erasesFile: ticket.file?.id })

/** Nobody will ever be given its file. */
const withdrawn = (ticket: Ticket): Ticket => ({
  ...(ticket.file ? withoutFile(ticket) : ticket),
  status: 'withdrawn',
  withdrawOnRelease: undefined,
})

/** @throws RequestValidationError when more is asked for a ticket than a share of what the organiser took for it */
export const refuseAboveCap = (
  { priceCents, faceValueCents, currency }: Pick<Listing, 'priceCents' | 'faceValueCents' | 'currency'>,
  capPercent: number | undefined,
): void => {
  if (capPercent === undefined) return
  const refused = (param: string, msg: string) => new RequestValidationError([{ msg, param }])
  if (faceValueCents === undefined)
    throw refused('faceValueCents', `must be given: the price may be at most ${capPercent} % of it`)
  const highest = Math.floor((faceValueCents * capPercent) / 100)
  if (priceCents <= highest) return
  const money = `${majorUnits(highest, currency)} ${currency.toUpperCase()}`
  throw refused('priceCents', `must be at most ${money}: ${capPercent} % of the face value`)
}

/** Withdrawing again changes nothing. */
export const withdraw = (ticket: Ticket): Ticket => {
  if (ticket.status === 'withdrawn') return ticket
  refuseUnlessAvailable(ticket)
  const ended = withdrawn(ticket)
  return lacksFile(ticket) ? { ...ended, isDiscarded: true } : ended
}

/**
 * Takes a ticket off sale whatever its state: at once, or when the order that holds it has ended.
 * @param by who did it, when it was not its seller
 */
export const endListing = (ticket: Ticket, by?: 'admin'): Ticket => {
  const ended = by ? { ...ticket, withdrawnBy: by } : ticket
  if (ticket.status === 'available') return withdrawn(ended)
  return ticket.status === 'reserved' && !ticket.withdrawOnRelease ? { ...ended, withdrawOnRelease: true } : ticket
}

/** Whether the ticket follows a later order already, or a later state of this one: events repeat, and have no order. */
const isKnown = ({ reservation }: Ticket, { orderId, createdAt, version }: Reservation): boolean => {
  if (!reservation) return false
  if (reservation.orderId === orderId) return (reservation.version ?? 0) >= version
  const ageMs = createdAt.getTime() - reservation.createdAt.getTime()
  return ageMs < 0 || (ageMs === 0 && orderId < reservation.orderId)
}

/**
 * Orders decide who may buy; a ticket follows the latest order that took it. What is known already changes nothing, which
 * needs no memory but the ticket's own: it holds which version of which order it follows.
 */
export const followOrder = (ticket: Ticket, status: OrderData['status'], reservation: Reservation): Ticket => {
  if (isKnown(ticket, reservation)) return ticket
  // Withdrawn while BUY was under way: the order stands, but the ticket does not come back on sale after it.
  const leavesSale = ticket.status === 'withdrawn' || ticket.withdrawOnRelease === true
  switch (status) {
    case 'created':
    case 'settling':
      return { ...ticket, reservation, status: 'reserved', ...(leavesSale ? { withdrawOnRelease: true } : {}) }
    case 'completed':
      return { ...ticket, reservation, status: 'sold' }
    case 'cancelled':
      return leavesSale ? withdrawn({ ...ticket, reservation }) : { ...ticket, reservation, status: 'available' }
    // The sale was undone: nobody knows yet whether the ticket is good, so it does not go back on sale by itself.
    case 'refunded':
      return withdrawn({ ...ticket, reservation })
  }
}

/** The ticket in events for other services. */
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
  delivery: ticket.delivery ?? 'transfer',
  ...(ticket.file ? { hasFile: true as const } : {}),
  ...(ticket.file?.hasBarcode === false ? { withoutBarcode: true as const } : {}),
  ...omitUndefined({ section: ticket.section, row: ticket.row, seat: ticket.seat }),
  ...(ticket.resaleOf ? { resaleOf: ticket.resaleOf.orderId } : {}),
  ...(ticket.withdrawnBy ? { withdrawnBy: ticket.withdrawnBy } : {}),
})

/** What everybody may read. */
export const toPublic = (ticket: Ticket) => {
  const { orderId: _orderId, resaleOf: _resaleOf, ...shown } = toData(ticket)
  const { description, faceValueCents } = ticket
  return { ...shown, ...omitUndefined({ description, faceValueCents }) }
}
