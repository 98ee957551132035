import type { Collection } from 'mongodb'

/** A buyer who asked to be told when a ticket is free. */
export type Place = {
  _id: string
  ticketId: string
  buyerId: string
  joinedAt: Date
  expiresAt: Date
  /** when they last looked; an open page does as soon as the ticket is free */
  seenAt?: Date
  /** since when the ticket is free that was let go by this order, until those who are away were told */
  freed?: { at: Date; orderId: string; version: number }
}

export type Places = Collection<Place>

export const maxOfTicket = 2_000

export const idOf = (ticketId: string, buyerId: string) => `${ticketId}:${buyerId}`
