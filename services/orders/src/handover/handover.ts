import { CustomError } from '@fairpass/sdk/errors'
import type { Claim, Handover } from '../domain/handover.ts'
import type { Order } from '../domain/order.ts'

const hourMs = 3_600_000
/** How long after the start a buyer can say that it did not work; payouts wait as long. */
const claimWithinMs = 24 * hourMs

class HandoverNotPossibleError extends CustomError {
  readonly code = 'handover_not_possible'
}

class ClaimNotPossibleError extends CustomError {
  readonly code = 'claim_not_possible'
}

const handoverOf = ({ status, handover }: Order): Handover => {
  if (status !== 'completed' || !handover)
    throw new HandoverNotPossibleError(
      status === 'refunded' ? 'This order has been refunded' : 'This order is not paid yet',
    )
  return handover
}

/** The seller confirms that the ticket was passed on. Confirming again changes nothing. */
export const send = (order: Order, now: Date): Order => {
  const handover = handoverOf(order)
  if (handover.status === 'sent' || handover.status === 'received') return order
  if (handover.status === 'overdue') throw new HandoverNotPossibleError('The time to pass this ticket on is over')
  if (handover.deadline && handover.deadline <= now)
    throw new HandoverNotPossibleError('The time to pass this ticket on is over')
  return { ...order, handover: { ...withoutReminder(handover), status: 'sent', sentAt: now }, updatedAt: now }
}

/** The buyer has it, whether or not its seller confirmed it. */
export const receive = (order: Order, now: Date): Order => {
  const handover = handoverOf(order)
  if (handover.status === 'received') return order
  if (handover.status === 'overdue') throw new HandoverNotPossibleError('This order is being refunded')
  if (order.claim?.status === 'open') throw new HandoverNotPossibleError('Your claim is being looked at')
  return { ...order, handover: { ...withoutReminder(handover), status: 'received', receivedAt: now }, updatedAt: now }
}

/** Whose seller was reminded, or has nothing more to do. */
const withoutReminder = ({ remindAt: _, ...handover }: Handover): Handover => handover

/** Time to remind its seller, which is done once. */
const isToRemind = ({ status, handover }: Order, now: Date): boolean =>
  status === 'completed' &&
  handover?.status === 'waiting' &&
  handover.remindAt !== undefined &&
  handover.remindAt <= now

export const remind = (order: Order, now: Date): Order =>
  order.handover && isToRemind(order, now)
    ? { ...order, handover: withoutReminder(order.handover), updatedAt: now }
    : order

const isOverdue = ({ status, handover }: Order, now: Date): boolean =>
  status === 'completed' &&
  handover?.status === 'waiting' &&
  handover.deadline !== undefined &&
  handover.deadline <= now

/** Not passed on in time: the buyer gets the money back. */
export const lapse = (order: Order, now: Date): Order =>
  order.handover && isOverdue(order, now)
    ? { ...order, handover: { ...withoutReminder(order.handover), status: 'overdue' }, updatedAt: now }
    : order

/** Whether payouts still wait for what a buyer may say. */
const isClaimable = ({ ticket }: Order, now: Date): boolean =>
  now.getTime() <= ticket.startsAt.getTime() + claimWithinMs

/** @param isSoldOn its buyer has sold the ticket on, or is being paid for it: whoever has it now can claim */
export const claim = (order: Order, reason: string, now: Date, isSoldOn = false): Order => {
  if (order.claim) {
    if (order.claim.reason === reason) return order
    throw new ClaimNotPossibleError('You have made a claim for this order already')
  }
  if (order.status !== 'completed') throw new ClaimNotPossibleError('Only what was paid can be claimed')
  if (isSoldOn)
    throw new ClaimNotPossibleError(
      'You have sold this ticket on: if it does not work, its buyer can say so, and you are asked then',
    )
  if (!isClaimable(order, now))
    throw new ClaimNotPossibleError('A claim can be made until a day after the event has begun')
  return { ...order, claim: { status: 'open', reason, at: now }, updatedAt: now }
}

/**
 * The seller of this order got the money back for the ticket. Whether it is good, and whose the money is, only an admin can
 * find out: until then nobody is paid for it. What the buyer has claimed already, or can claim no more, stays as it is.
 */
export const doubt = (order: Order, now: Date): Order => {
  if (order.claim || order.status !== 'completed' || !isClaimable(order, now)) return order
  const reason = 'The sale by which the seller came by this ticket was refunded'
  return { ...order, claim: { status: 'open', reason, cause: 'first_sale_refunded', at: now }, updatedAt: now }
}

const openClaimOf = ({ claim: made }: Order): Claim => {
  if (made?.status !== 'open') throw new ClaimNotPossibleError('There is no open claim for this order')
  return made
}

/** The seller's answer to a claim; the latest counts. */
export const answerClaim = (order: Order, text: string, now: Date): Order => ({
  ...order,
  claim: { ...openClaimOf(order), answer: { text, at: now } },
  updatedAt: now,
})

type Decision = { refunds: boolean; reason: string; adminId: string }

export const decideClaim = (order: Order, { refunds, reason, adminId }: Decision, now: Date): Order => {
  const status = refunds ? 'refunded' : 'rejected'
  if (order.claim?.status === status) return order
  return {
    ...order,
    claim: { ...openClaimOf(order), status, decision: { adminId, reason, at: now } },
    updatedAt: now,
  }
}
