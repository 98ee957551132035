import { CustomError } from '@fairpass/sdk/errors'
import type { OrderData, TicketData } from '@fairpass/sdk/events'
import { omitUndefined } from '@fairpass/sdk/omit-undefined'
import { beginHandover, type Claim, type Handover, handoverData, shownClaim, shownHandover } from './handover.ts'

export type Order = {
  id: string
  version: number
  status: OrderData['status']
  cancelReason?: OrderData['cancelReason']
  ticketId: string
  /** the ticket as it was when the buyer pressed BUY */
  ticket: {
    id: string
    title: string
    venue: string
    city: string
    startsAt: Date
    timeZone?: string
    section?: string
    row?: string
    seat?: string
  }
  buyerId: string
  sellerId: string
  totalCents: number
  currency: string
  createdAt: Date
  expiresAt: Date
  updatedAt: Date
  /** a ticket whose file was uploaded; everything else its seller passes on */
  delivery?: 'file' | undefined
  /** no barcode was found in its file */
  isWithoutBarcode?: true | undefined
  /** the order by which its seller had bought the ticket here */
  resaleOf?: string | undefined
  handover?: Handover | undefined
  claim?: Claim | undefined
  /** the payment that stopped the clock */
  paymentId?: string | undefined
  /** the seller's account was suspended while this order was open */
  isSellerSuspended?: boolean | undefined
}

/** Another buyer is checking out; the ticket may be free again after `retryAfterSeconds`. */
export class TicketBeingCheckedOutError extends CustomError {
  readonly code = 'ticket_being_checked_out'
  constructor(override readonly retryAfterSeconds: number) {
    super('The ticket is being checking out by someone else, please come back later')
  }
}

export class TicketSoldError extends CustomError {
  readonly code = 'ticket_sold'
  constructor() {
    super('This ticket has been sold')
  }
}

export class TicketWithdrawnError extends CustomError {
  readonly code = 'ticket_withdrawn'
  constructor() {
    super('This ticket is no longer offered')
  }
}

export class TicketFileMissingError extends CustomError {
  readonly code = 'ticket_file_missing'
  constructor() {
    super('The seller has not uploaded this ticket yet')
  }
}

export class OwnTicketError extends CustomError {
  readonly code = 'own_ticket'
  constructor() {
    super('This is your own ticket')
  }
}

const notPayable: Record<Order['status'], string> = {
  created: 'The time to check out is over',
  settling: 'This order is being paid already',
  completed: 'This order has been paid',
  cancelled: 'This order has ended; press Buy again if the ticket is free',
  refunded: 'This order has been refunded',
}

export class OrderNotPayableError extends CustomError {
  readonly code = 'order_not_payable'
  constructor({ status }: Order) {
    super(notPayable[status])
  }
}

class OrderNotCancellableError extends CustomError {
  readonly code = 'order_not_cancellable'
  constructor({ status }: Order) {
    super(
      status === 'settling' ? 'The payment is being taken; the order cannot be cancelled now' : 'This order has ended',
    )
  }
}

const changed = (order: Order, change: Partial<Order>, now: Date): Order => ({ ...order, ...change, updatedAt: now })

/** Settling stops the clock: from here only payments may end the order. Asked again by the same payment, it is granted again. */
export const settle = (order: Order, paymentId: string, now: Date): Order => {
  if (order.status === 'settling' && order.paymentId === paymentId) return order
  if (order.status !== 'created' || order.expiresAt <= now) throw new OrderNotPayableError(order)
  return changed(order, { status: 'settling', paymentId }, now)
}

/** The money is taken. */
export const complete = (order: Order, paymentId: string, now: Date): Order => {
  if (order.status === 'completed' && order.paymentId === paymentId) return order
  if (order.status !== 'settling' || order.paymentId !== paymentId) throw new OrderNotPayableError(order)
  return changed(order, { status: 'completed', handover: beginHandover(order, now) }, now)
}

/** The payment failed, before or after it stopped the clock. A payment that is not the order's own changes nothing. */
export const failPayment = (order: Order, paymentId: string, now: Date): Order => {
  if (order.status === 'cancelled') return order
  const isOwn = order.status === 'created' || (order.status === 'settling' && order.paymentId === paymentId)
  if (!isOwn) throw new OrderNotPayableError(order)
  return changed(order, { status: 'cancelled', cancelReason: 'payment_failed' }, now)
}

export const cancelByBuyer = (order: Order, now: Date): Order => {
  if (order.status === 'cancelled' && order.cancelReason === 'buyer') return order
  if (order.status !== 'created') throw new OrderNotCancellableError(order)
  return changed(order, { status: 'cancelled', cancelReason: 'buyer' }, now)
}

export const isDue = (order: Order, now: Date) => order.status === 'created' && order.expiresAt <= now

/** Ends an order whose time is over; never early, never one that is settling. */
export const expire = (order: Order, now: Date): Order =>
  isDue(order, now) ? changed(order, { status: 'cancelled', cancelReason: 'expired' }, now) : order

/** A refunded buyer has no claim any more. */
const closedClaim = ({ claim }: Order): Partial<Order> =>
  claim?.status === 'open' ? { claim: { ...claim, status: 'refunded' } } : {}

export const refund = (order: Order, paymentId: string, now: Date): Order =>
  order.status === 'completed' && order.paymentId === paymentId
    ? changed(order, { status: 'refunded', ...closedClaim(order) }, now)
    : order

/** Where its holder sits or stands, as far as the seller said. */
export const seatOf = ({ section, row, seat }: Pick<TicketData, 'section' | 'row' | 'seat'>) =>
  omitUndefined({ section, row, seat })

/** The order in events for other services. */
export const toData = (order: Order): OrderData => ({
  id: order.id,
  version: order.version,
  status: order.status,
  ...(order.cancelReason ? { cancelReason: order.cancelReason } : {}),
  ticketId: order.ticketId,
  buyerId: order.buyerId,
  sellerId: order.sellerId,
  totalCents: order.totalCents,
  currency: order.currency,
  createdAt: order.createdAt.toISOString(),
  expiresAt: order.expiresAt.toISOString(),
  startsAt: order.ticket.startsAt.toISOString(),
  title: order.ticket.title,
  venue: order.ticket.venue,
  city: order.ticket.city,
  ...(order.ticket.timeZone ? { timeZone: order.ticket.timeZone } : {}),
  ...seatOf(order.ticket),
  ...(order.paymentId ? { paymentId: order.paymentId } : {}),
  ...(order.handover ? { handover: handoverData(order.handover) } : {}),
  ...(order.claim ? { claimStatus: order.claim.status } : {}),
})

/** The order as its buyer sees it. */
export const toPublic = (order: Order) => ({
  id: order.id,
  version: order.version,
  status: order.status,
  ...(order.cancelReason ? { cancelReason: order.cancelReason } : {}),
  expiresAt: order.expiresAt.toISOString(),
  totalCents: order.totalCents,
  currency: order.currency,
  createdAt: order.createdAt.toISOString(),
  ...(order.isSellerSuspended ? { sellerSuspended: true } : {}),
  ...(order.isWithoutBarcode ? { withoutBarcode: true } : {}),
  handover: shownHandover(order),
  ...(order.claim ? { claim: shownClaim(order.claim) } : {}),
  ticket: { ...order.ticket, startsAt: order.ticket.startsAt.toISOString() },
})
