import type { Collection } from 'mongodb'

/** A buyer who asked to be notified when a ticket is free. */
export type WaitlistEntry = {
  _id: string
  ticketId: string
  buyerId: string
  joinedAt: Date
  expiresAt: Date
  /** when they last saw the page; an open page asks as soon as the ticket is free */
  seenAt?: Date
  /** since when the ticket that this order released is free, until those who are away were notified */
  freed?: { at: Date; orderId: string; version: number }
}

export type WaitlistEntries = Collection<WaitlistEntry>

export const maxOfTicket = 2_000

export const idOf = (ticketId: string, buyerId: string) => `${ticketId}:${buyerId}`
