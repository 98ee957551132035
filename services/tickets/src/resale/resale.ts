import { AccountBannedError, NotFoundError } from '@fairpass/sdk/errors'
import type { OrderData } from '@fairpass/sdk/events'
import type { Suspensions } from '@fairpass/sdk/identity'
import { inTransaction, isDuplicateKey, isNotCommitted } from '@fairpass/sdk/mongo'
import type { Db } from 'mongodb'
import { listAgain } from '../domain/resale.ts'
import { endListing, refuseAboveCap, refuseUnlessPayable, type Ticket } from '../domain/ticket.ts'
import { TicketAlreadyListedError } from '../file/barcode.ts'
import type { Files } from '../file/files.ts'
import type { Tickets } from '../store.ts'

type Deps = {
  db: Db
  tickets: Tickets
  files: Pick<Files, 'passOn' | 'eraseOf' | 'changeOwner'>
  suspensions: Suspensions
  priceCapPercent: number | undefined
}
type Wish = { id: string; priceCents: number | undefined }

/** The listing with its file, or neither. */
const createStore =
  ({ db, tickets, files }: Pick<Deps, 'db' | 'tickets' | 'files'>) =>
  async (bought: Ticket, listing: Omit<Ticket, 'version'>): Promise<Ticket> => {
    const passedOn = await files.passOn(bought, listing)
    if (bought.file && !passedOn) throw new NotFoundError('The file of this ticket is not kept any more')
    try {
      return await inTransaction(db, async (session) => {
        await passedOn?.storeIn(session)
        return tickets.createIn(session, passedOn ? { ...listing, file: passedOn.file } : listing)
      })
    } catch (error) {
      // After an outage it may be on sale, and its buyer needs it.
      if (isNotCommitted(error)) await passedOn?.discard().catch(() => {})
      throw isDuplicateKey(error) ? new TicketAlreadyListedError() : error
    }
  }

/** What was bought here is sold on here: with its file, which its first buyer loses sight of when it is sold. */
export const createResales = ({ db, tickets, files, suspensions, priceCapPercent }: Deps) => {
  const store = createStore({ db, tickets, files })

  const end = async (id: string): Promise<void> => {
    const ended = await tickets.change(id, (ticket) => endListing(ticket))
    if (ended) await files.eraseOf(ended)
  }

  return {
    /**
     * Lists what a completed order brought its buyer.
     * @throws ResaleNotPossibleError, TicketAlreadyListedError when it is on sale or sold already
     */
    list: async (order: OrderData, { id, priceCents }: Wish): Promise<Ticket> => {
      const bought = await tickets.find(order.ticketId)
      if (!bought) throw new NotFoundError('There is no such ticket')
      const listing = listAgain(bought, order, { id, priceCents, now: new Date() })
      refuseUnlessPayable(listing)
      refuseAboveCap(listing, priceCapPercent)
      const listed = await store(bought, listing)
      await tickets.relay.flush(id).catch(() => {})
      // A ban may have withdrawn this seller's listings a moment before this one was stored.
      if (!(await suspensions.isSuspended(listing.sellerId))) return listed
      await end(id)
      throw new AccountBannedError()
    },

    /** The listing by which it was sold on last, when there is one. */
    latestOf: async (orderId: string): Promise<Ticket | undefined> => (await tickets.resalesOf(orderId))[0],

    isSoldOn: async (orderId: string): Promise<boolean> =>
      (await tickets.resalesOf(orderId)).some(({ status }) => status === 'sold'),

    /** Whether it is any good is being looked at: it is sold to nobody meanwhile, and stays its buyer's. */
    withdraw: async (orderId: string): Promise<void> => {
      for (const { id, status } of await tickets.resalesOf(orderId))
        if (status === 'available' || status === 'reserved') await end(id)
    },

    /** The sale that it came by was undone: it is not its buyer's to sell, and its barcode is the first seller's again. */
    undo: async ({ id, sellerId }: Pick<OrderData, 'id' | 'sellerId'>): Promise<void> => {
      for (const resale of await tickets.resalesOf(id)) {
        if (resale.status === 'sold') continue
        await end(resale.id)
        await files.changeOwner(resale.id, sellerId)
      }
    },
  }
}

export type Resales = ReturnType<typeof createResales>
