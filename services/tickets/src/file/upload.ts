import { AccountBannedError, NotFoundError } from '@fairpass/sdk/errors'
import type { Suspensions } from '@fairpass/sdk/identity'
import { inTransaction, newId } from '@fairpass/sdk/mongo'
import type { ClientSession, Db } from 'mongodb'
import { endListing, refuseUnlessAvailable, type Ticket } from '../domain/ticket.ts'
import type { FencedChange } from '../fenced-change.ts'
import type { Tickets } from '../store.ts'
import type { FileType } from './barcode.ts'
import { pack } from './content.ts'
import type { Erasing } from './erasing.ts'
import type { SingleTicket } from './reader/open-file.ts'
import type { Reader } from './reader/reader.ts'
import type { Seal } from './seal.ts'
import type { FileStore } from './store.ts'

export type UploadDeps = {
  db: Db
  tickets: Tickets
  store: FileStore
  seal: Seal
  reader: Reader
  change: FencedChange
  suspensions: Suspensions
}
type Deps = UploadDeps & { erasing: Erasing }

type Upload = { ticketId: string; sellerId: string; bytes: Uint8Array; type: FileType; withoutBarcode: boolean }
export type UploadResult = { ticketIds: string[]; barcodes: number }

/** The tickets in a file that are not listed yet are listed like the one that it was uploaded for. */
const siblingOf = (of: Ticket, id: string, fileId: string): Omit<Ticket, 'version'> => {
  const { version: _v, reservation: _r, erasesFile: _e, seat: _s, listedAt: _l, ...listing } = of
  return { ...listing, id, createdAt: new Date(), file: { id: fileId, hasBarcode: true } }
}

type Prepared = {
  ticketId: string
  fileId: string
  barcode: SingleTicket['barcode']
  sealed: Awaited<ReturnType<Seal['seal']>>
}

const countBarcodes = (all: Prepared[]) => all.filter(({ barcode }) => barcode).length

/** A barcode that is listed already may be of a withdrawn listing, whose file is only not erased yet. */
const freeWithdrawn = async ({ seal, store, tickets, erasing }: Deps, opened: SingleTicket[]): Promise<void> => {
  const fingerprints = opened.flatMap(({ barcode }) => (barcode ? [seal.fingerprints(barcode)] : []))
  for (const id of await store.holdersOf(fingerprints)) {
    const holder = await tickets.find(id)
    if (holder) await erasing.eraseOf(holder)
  }
}

/** The first is for the listing that was there; each of the others gets a listing of its own. */
const sealAll = (seal: Seal, opened: SingleTicket[], listedId: string): Promise<Prepared[]> =>
  Promise.all(
    opened.map(async (content, nth) => {
      const fileId = newId()
      const ticketId = nth === 0 ? listedId : newId()
      return { ticketId, fileId, barcode: content.barcode, sealed: await seal.seal(fileId, pack(content)) }
    }),
  )

/** All of an upload or nothing: its listings, their files and their barcodes. */
const createStoreAll =
  ({ db, tickets, store, seal, erasing }: Deps) =>
  (before: Ticket, after: Ticket, { sellerId }: Upload, source: string, all: Prepared[]) => {
    const upload = { source, ticketIds: all.map(({ ticketId }) => ticketId), barcodes: countBarcodes(all) }
    const until = erasing.keepUntil(after)
    const storeOne = async (session: ClientSession, { ticketId, fileId, barcode, sealed }: Prepared) => {
      const claim = { fileId, ticketId, ownerId: sellerId, keepUntil: until }
      if (barcode) await store.claimIn(session, { ...claim, fingerprints: seal.fingerprints(barcode) })
      const kept = { _id: fileId, ticketId, sellerId, at: new Date(), keepUntil: until, views: [] }
      await store.insertIn(session, { ...kept, ...upload, ...sealed })
      if (ticketId !== before.id) await tickets.createIn(session, siblingOf(after, ticketId, fileId))
    }
    return inTransaction(db, async (session) => {
      for (const one of all) await storeOne(session, one)
      return tickets.replaceIn(session, before, after)
    })
  }

/** A ban may have ended this seller's listings a moment before these were stored. */
const endIfSuspended = async ({ suspensions, tickets, erasing }: Deps, sellerId: string, ticketIds: string[]) => {
  if (!(await suspensions.isSuspended(sellerId))) return
  for (const id of ticketIds) {
    const ended = await tickets.change(id, endListing)
    if (ended) await erasing.eraseOf(ended)
  }
  throw new AccountBannedError()
}

/** Stores the sealed tickets with their listings; what could not be listed leaves no bytes behind. */
const createSave = (deps: Deps) => {
  const { store, change, erasing } = deps
  const storeAll = createStoreAll(deps)

  return async (asked: Upload, source: string, all: Prepared[]): Promise<void> => {
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
      await erasing.eraseOf(saved)
    } catch (error) {
      await Promise.all(all.map(({ fileId }) => store.removeObject(fileId).catch(() => {})))
      throw error
    }
  }
}

export const createUpload = (deps: Deps) => {
  const { tickets, store, seal, reader, change } = deps
  const save = createSave(deps)

  /** The same file again, whose answer was lost. */
  const repeated = async ({ file }: Ticket, source: string): Promise<UploadResult | undefined> => {
    const known = file && (await store.find(file.id))
    return known?.source === source ? { ticketIds: known.ticketIds, barcodes: known.barcodes } : undefined
  }

  /**
   * Takes a file for a listing; when it holds several tickets, each of the others becomes a listing like it.
   * @throws TicketAlreadyListedError, FileUnreadableError, NoBarcodeError, and what keeps a listing from being changed
   */
  return async (asked: Upload): Promise<UploadResult> => {
    const listed = await change.findOwn(asked.ticketId, asked.sellerId)
    const source = seal.digest(asked.ticketId, asked.bytes)
    const known = await repeated(listed, source)
    if (known) return known
    refuseUnlessAvailable(listed)
    const opened = await reader.open(asked.bytes, asked.type, asked)
    await freeWithdrawn(deps, opened)
    const all = await sealAll(seal, opened, asked.ticketId)
    try {
      await save(asked, source, all)
    } catch (error) {
      // Sent twice at once, the other one may have been stored first: then its tickets are listed by itself.
      const again = await repeated(await change.findOwn(asked.ticketId, asked.sellerId), source)
      if (again) return again
      throw error
    }
    const ticketIds = all.map(({ ticketId }) => ticketId)
    await endIfSuspended(deps, asked.sellerId, ticketIds)
    await Promise.all(ticketIds.map((id) => tickets.relay.flush(id).catch(() => {})))
    return { ticketIds, barcodes: countBarcodes(all) }
  }
}
