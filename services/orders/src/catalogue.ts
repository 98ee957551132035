import { type Dapr, daprFetch, parseResponse } from '@fairpass/sdk/dapr'
import { TicketData } from '@fairpass/sdk/events'
import { isAllDuplicateKeys } from '@fairpass/sdk/mongo'
import type { InternalRoutes } from '@fairpass/tickets/internal'
import { hc } from 'hono/client'
import type { Db } from 'mongodb'
import { sharedRead } from './hold/shared-read.ts'

type StoredListing = Omit<TicketData, 'id'> & { _id: string }

/** Fields that a listing no longer has must not stay. */
const withoutGone = (ticket: Omit<TicketData, 'id'>) => {
  const gone = (['hasFile', 'withoutBarcode', 'section', 'row', 'seat'] as const).filter(
    (field) => ticket[field] === undefined,
  )
  const unset = Object.fromEntries(gone.map((field) => [field, '' as const]))
  return gone.length > 0 ? { $set: ticket, $unset: unset } : { $set: ticket }
}

/** The tickets as orders knows them: a replica that their events keep, filled by invocation where it has a gap. */
export const openCatalogue = (db: Db, dapr: Pick<Dapr, 'invoke'>) => {
  const tickets = db.collection<StoredListing>('tickets')
  const owner = hc<InternalRoutes>('http://tickets', daprFetch(dapr, 'tickets')).internal.tickets
  const findKnown = sharedRead((ticketId) => tickets.findOne({ _id: ticketId }))

  /** Stores tickets, each unless the same or a later version is known: then the insert collides with that. */
  const apply = async (some: readonly TicketData[]): Promise<void> => {
    const updates = some.map(({ id, ...ticket }) => ({
      updateOne: {
        filter: { _id: id, version: { $lt: ticket.version } },
        update: withoutGone(ticket),
        upsert: true,
      },
    }))
    try {
      await tickets.bulkWrite(updates, { ordered: false })
    } catch (error) {
      if (!isAllDuplicateKeys(error)) throw error
    }
  }

  const fetch = async (ticketId: string): Promise<TicketData> => {
    const ticket = await parseResponse(TicketData, owner[':id'].$get({ param: { id: ticketId } }))
    await apply([ticket])
    return ticket
  }

  return {
    apply,

    /**
     * The ticket, at `minVersion` or later where the replica or tickets can give it.
     * @throws RelayedProblemError `not_found` when there is no such ticket
     */
    find: async (ticketId: string, minVersion = 1): Promise<TicketData> => {
      const known = await findKnown(ticketId)
      if (!known || known.version < minVersion) return fetch(ticketId)
      const { _id, ...ticket } = known
      return { id: _id, ...ticket }
    },
  }
}

export type Catalogue = ReturnType<typeof openCatalogue>
