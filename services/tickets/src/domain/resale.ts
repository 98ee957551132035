import { CustomError } from '@fairpass/sdk/errors'
import type { OrderData } from '@fairpass/sdk/events'
import { omitUndefined } from '@fairpass/sdk/omit-undefined'
import type { Ticket } from './ticket.ts'

class ResaleNotPossibleError extends CustomError {
  readonly code = 'resale_not_possible'
}

export class ClaimIsOpenError extends ResaleNotPossibleError {
  constructor() {
    super('A claim for this ticket is being looked at; it can be sold once that is decided')
  }
}

type Wish = { id: string; priceCents: number | undefined; now: Date }

/**
 * The listing by which a buyer sells on what they bought: the same event and place, at the price that they paid unless they
 * say another. What the first seller wrote is not theirs to repeat.
 * @throws ResaleNotPossibleError when the buyer has no ticket of it, or the event is over
 */
export const listAgain = (bought: Ticket, order: OrderData, { id, priceCents, now }: Wish): Omit<Ticket, 'version'> => {
  const { title, venue, city, startsAt, timeZone, currency, delivery, section, row, seat, faceValueCents } = bought
  const { status } = order.handover ?? {}
  if (status !== 'sent' && status !== 'received')
    throw new ResaleNotPossibleError('You can sell this ticket once it has been handed over to you')
  if (order.claimStatus === 'open') throw new ClaimIsOpenError()
  if (startsAt <= now) throw new ResaleNotPossibleError('This event has begun')
  return {
    ...{ id, sellerId: order.buyerId, priceCents: priceCents ?? order.totalCents, status: 'available', createdAt: now },
    ...{ title, venue, city, startsAt, currency },
    ...omitUndefined({ timeZone, delivery, section, row, seat, faceValueCents }),
    resaleOf: { orderId: order.id, ticketId: bought.id },
  }
}
