import { forEachOf } from '@fairpass/sdk/run-periodically'
import type { Ticket } from '../domain/ticket.ts'
import type { Tickets } from '../store.ts'
import type { FileStore } from './store.ts'

type Deps = {
  tickets: Tickets
  store: FileStore
  /** how long after the event a file is kept, in days */
  keptDays: number
}

const dayMs = 24 * 3_600_000
const batch = 20

/** How long files are kept, and their end. */
export const createErasing = ({ tickets, store, keptDays }: Deps) => {
  const keepUntil = ({ startsAt }: Pick<Ticket, 'startsAt'>) => new Date(startsAt.getTime() + keptDays * dayMs)

  const eraseOf = async ({ id, erasesFile }: Ticket): Promise<void> => {
    if (erasesFile === undefined) return
    await store.erase(erasesFile)
    await tickets.noteErased(id, erasesFile)
  }

  return {
    keepUntil,
    eraseOf,

    /** Erases what nobody is to have any more: withdrawn, undone, or long over. */
    eraseDue: async (now = new Date()): Promise<void> => {
      await forEachOf('file to erase', await tickets.toErase(batch), eraseOf)
      await forEachOf('file out of time', await store.due(now, batch), async ({ _id, ticketId }) => {
        const ticket = await tickets.find(ticketId)
        // The event was moved.
        if (ticket && keepUntil(ticket) > now) await store.postpone(_id, keepUntil(ticket))
        else await store.erase(_id)
      })
    },
  }
}

export type Erasing = ReturnType<typeof createErasing>
