import { AccountBannedError, NotFoundError } from '@fairpass/sdk/errors'
import type { Suspensions } from '@fairpass/sdk/identity'
import { inTransaction, newId } from '@fairpass/sdk/mongo'
import { forEachOf } from '@fairpass/sdk/run-periodically'
import type { Db } from 'mongodb'
import { endListing, refuseUnlessAvailable, type Ticket } from '../domain/ticket.ts'
import type { FencedChange } from '../fenced-change.ts'
import type { Tickets } from '../store.ts'
import type { FileType } from './barcode.ts'
import { type Content, pack, unpack } from './content.ts'
import type { SingleTicket } from './reader/open-file.ts'
import type { Reader } from './reader/reader.ts'
import { type Seal, UnknownFileKeyError } from './seal.ts'
import type { FileStore, StoredFile } from './store.ts'

type Deps = {
  db: Db
  tickets: Tickets
  store: FileStore
  seal: Seal
  reader: Reader
  change: FencedChange
  suspensions: Suspensions
  /** how long after the event a file is kept, in days */
  keptDays: number
}

type Upload = { ticketId: string; sellerId: string; bytes: Uint8Array; type: FileType; withoutBarcode: boolean }
export type Uploaded = { ticketIds: string[]; barcodes: number }

const dayMs = 24 * 3_600_000
const batch = 20

/** The tickets in a file that are not listed yet are listed like the one that it was uploaded for. */
const siblingOf = (of: Ticket, id: string, fileId: string): Omit<Ticket, 'version'> => {
  const { version: _v, reservation: _r, erasesFile: _e, seat: _s, ...listing } = of
  return { ...listing, id, createdAt: new Date(), file: { id: fileId, hasBarcode: true } }
}

export const createFiles = (deps: Deps) => {
  const { db, tickets, store, seal, reader, change, suspensions, keptDays } = deps
  const keepUntil = ({ startsAt }: Pick<Ticket, 'startsAt'>) => new Date(startsAt.getTime() + keptDays * dayMs)

  const eraseOf = async ({ id, erasesFile }: Ticket): Promise<void> => {
    if (erasesFile === undefined) return
    await store.erase(erasesFile)
    await tickets.noteErased(id, erasesFile)
  }

  /** What stands in the way may be withdrawn already, and its file only not erased yet. */
  const freeWithdrawn = async (opened: SingleTicket[]): Promise<void> => {
    const fingerprints = opened.flatMap(({ barcode }) => (barcode ? seal.fingerprints(barcode) : []))
    for (const id of await store.holdersOf(fingerprints)) {
      const holder = await tickets.find(id)
      if (holder) await eraseOf(holder)
    }
  }

  const sealAll = (opened: SingleTicket[], ticketIds: string[]) =>
    Promise.all(
      opened.map(async (content, i) => {
        const fileId = newId()
        const ticketId = ticketIds[i] ?? newId()
        return { ticketId, fileId, barcode: content.barcode, sealed: await seal.seal(fileId, pack(content)) }
      }),
    )

  /** All of an upload or nothing: its listings, their files and their barcodes. */
  const storeAll = (before: Ticket, after: Ticket, { sellerId }: Upload, source: string, all: Prepared[]) =>
    inTransaction(db, async (session) => {
      const upload = { source, ticketIds: all.map(({ ticketId }) => ticketId), barcodes: countBarcodes(all) }
      for (const { ticketId, fileId, barcode, sealed } of all) {
        const until = keepUntil(after)
        const claim = { fileId, ticketId, ownerId: sellerId, keepUntil: until }
        if (barcode) await store.claimIn(session, { ...claim, fingerprints: seal.fingerprints(barcode) })
        const kept = { _id: fileId, ticketId, sellerId, at: new Date(), keepUntil: until, views: [] }
        await store.insertIn(session, { ...kept, ...upload, ...sealed })
        if (ticketId !== before.id) await tickets.createIn(session, siblingOf(after, ticketId, fileId))
      }
      return tickets.replaceIn(session, before, after)
    })

  /** The same file again, whose answer was lost. */
  const repeated = async ({ file }: Ticket, source: string): Promise<Uploaded | undefined> => {
    const known = file && (await store.find(file.id))
    return known?.source === source ? { ticketIds: known.ticketIds, barcodes: known.barcodes } : undefined
  }

  const endIfSuspended = async (sellerId: string, ticketIds: string[]): Promise<void> => {
    if (!(await suspensions.isSuspended(sellerId))) return
    for (const id of ticketIds) {
      const ended = await tickets.change(id, endListing)
      if (ended) await eraseOf(ended)
    }
    throw new AccountBannedError()
  }

  return {
    eraseOf,

    /**
     * Takes a file for a listing; when it holds several tickets, each of the others becomes a listing like it.
     * @throws TicketAlreadyListedError, FileUnreadableError, NoBarcodeError, and what keeps a listing from being changed
     */
    upload: async (asked: Upload): Promise<Uploaded> => {
      const listed = await change.findOwn(asked.ticketId, asked.sellerId)
      const source = seal.digest(asked.ticketId, asked.bytes)
      const known = await repeated(listed, source)
      if (known) return known
      refuseUnlessAvailable(listed)
      const opened = await reader.open(asked.bytes, asked.type, asked)
      await freeWithdrawn(opened)
      const all = await sealAll(opened, [asked.ticketId])
      const [first] = all
      if (!first) throw new NotFoundError()
      try {
        await Promise.all(all.map(({ fileId, sealed }) => store.putObject(fileId, sealed.data)))
        const saved = await change.changeUnlessHeld(
          asked.ticketId,
          asked.sellerId,
          (ticket) => {
            refuseUnlessAvailable(ticket)
            const file = { id: first.fileId, hasBarcode: first.barcode !== undefined }
            return { ...ticket, delivery: 'file', file, ...(ticket.file ? { erasesFile: ticket.file.id } : {}) }
          },
          (before, after) => storeAll(before, after, asked, source, all),
        )
        await eraseOf(saved)
      } catch (error) {
        await Promise.all(all.map(({ fileId }) => store.removeObject(fileId).catch(() => {})))
        throw error
      }
      const ticketIds = all.map(({ ticketId }) => ticketId)
      await endIfSuspended(asked.sellerId, ticketIds)
      await Promise.all(ticketIds.map((id) => tickets.relay.flush(id).catch(() => {})))
      return { ticketIds, barcodes: countBarcodes(all) }
    },

    /**
     * What a buyer bought, opened; who looks is noted first.
     * @throws NotFoundError when there is no file, or none any more
     */
    open: async (ticketId: string, view: StoredFile['views'][number]): Promise<Content> => {
      const ticket = await tickets.find(ticketId)
      const file = ticket?.file && (await store.find(ticket.file.id))
      const data = file && (await store.dataOf(file))
      if (!file || !data) throw new NotFoundError('There is no file for this order')
      await store.noteView(file._id, view)
      return unpack(await seal.open(file._id, { ...file, data }))
    },

    /** When a listing's file came, and who looked at it when. */
    evidenceOf: async (ticketId: string) => {
      const ticket = await tickets.find(ticketId)
      const file = ticket?.file && (await store.find(ticket.file.id))
      return file ? { uploadedAt: file.at, barcodes: file.barcodes, views: file.views } : undefined
    },

    /** @throws UnknownFileKeyError when there are files that nobody could open */
    assertKeysKnown: async (): Promise<void> => {
      for (const keyId of await store.keyIds()) if (!seal.knows(keyId)) throw new UnknownFileKeyError(keyId)
    },

    /** Erases what nobody is to have any more: withdrawn, undone, or long over. */
    sweep: async (now = new Date()): Promise<void> => {
      await forEachOf('file to erase', await tickets.toErase(batch), eraseOf)
      await forEachOf('file out of time', await store.due(now, batch), async ({ _id, ticketId }) => {
        const ticket = await tickets.find(ticketId)
        // The event was moved.
        if (ticket && keepUntil(ticket) > now) await store.postpone(_id, keepUntil(ticket))
        else await store.erase(_id)
      })
    },

    /** Brings what is sealed under the key before under the current one, a few at a time. */
    rotate: async (): Promise<void> => {
      await forEachOf('file under an earlier key', await store.underOtherKeys(seal.keyId, batch), async (file) => {
        const data = await store.dataOf(file)
        if (!data) return
        const { barcode } = unpack(await seal.open(file._id, { ...file, data }))
        const key = await seal.rewrap(file)
        await inTransaction(db, (session) =>
          store.rewrapIn(session, file, key, barcode ? seal.fingerprints(barcode) : []),
        )
      })
    },
  }
}

type Prepared = {
  ticketId: string
  fileId: string
  barcode: SingleTicket['barcode']
  sealed: Awaited<ReturnType<Seal['seal']>>
}

const countBarcodes = (all: Prepared[]) => all.filter(({ barcode }) => barcode).length

export type Files = ReturnType<typeof createFiles>
