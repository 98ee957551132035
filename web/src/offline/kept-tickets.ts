import type { Order } from '../domain/schemas/order.ts'
import { type TicketWords, ticketPage } from './ticket-page.ts'

const cachePrefix = 'tickets-of-'
const dayMs = 24 * 3_600_000
const keptUntilHeader = 'x-kept-until'

const isPossible = () => 'caches' in window && 'serviceWorker' in navigator

/** A kept page loads nothing, runs nothing, and is shown in no frame. */
const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"

const pathOf = ({ id }: Pick<Order, 'id'>) => `/orders/${id}`

/** Removes tickets from the cache a day after their event. */
const dropEnded = async (cache: Cache): Promise<void> => {
  for (const request of await cache.keys()) {
    const kept = await cache.match(request)
    if (Number(kept?.headers.get(keptUntilHeader)) < Date.now()) await cache.delete(request)
  }
}

/**
 * Keeps a ticket on this device, so that its page opens at the door without a network. It is made of what was opened just
 * now, and is the reader's own alone.
 * @returns whether it is kept
 */
export const keepTicket = async (userId: string, order: Order, words: TicketWords): Promise<boolean> => {
  if (!isPossible()) return false
  const code = await fetch(`/api/orders/${order.id}/code`)
  if (!code.ok) return false
  const cache = await caches.open(`${cachePrefix}${userId}`)
  await dropEnded(cache)
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    [keptUntilHeader]: `${new Date(order.ticket.startsAt).getTime() + dayMs}`,
  }
  await cache.put(pathOf(order), new Response(ticketPage(order, await code.text(), words), { headers }))
  await navigator.serviceWorker.register('/ticket-worker.js', { scope: '/orders/' })
  await navigator.serviceWorker.ready
  return true
}

/** A ticket that was refunded or sold on must not be shown any more. */
export const dropTicket = async (userId: string, order: Pick<Order, 'id'>): Promise<void> => {
  if (isPossible()) await (await caches.open(`${cachePrefix}${userId}`)).delete(pathOf(order))
}

/** Removes everything from this device that is not this user's: all of it when nobody is signed in. */
export const keepNothingOfOthers = async (userId: string | undefined): Promise<void> => {
  if (!isPossible()) return
  const own = userId && `${cachePrefix}${userId}`
  for (const name of await caches.keys()) if (name.startsWith(cachePrefix) && name !== own) await caches.delete(name)
}
