import { newId } from '@fairpass/sdk/mongo'
import type { ClientSession } from 'mongodb'
import type { Ticket } from '../domain/ticket.ts'
import { pack, unpack } from './content.ts'
import type { Erasing } from './erasing.ts'
import type { Seal } from './seal.ts'
import type { FileStore } from './store.ts'

type Deps = { store: FileStore; seal: Seal; erasing: Erasing }

/** A file that is ready to be stored with the listing that it is passed on to. */
export type PassedOnFile = {
  file: NonNullable<Ticket['file']>
  storeIn: (session: ClientSession) => Promise<void>
  discard: () => Promise<void>
}

/** The file of what was bought, sealed once more for the listing by which its buyer sells it on; its barcode goes along. */
export const createPassingOn =
  ({ store, seal, erasing }: Deps) =>
  async (bought: Ticket, listing: Pick<Ticket, 'id' | 'sellerId' | 'startsAt'>): Promise<PassedOnFile | undefined> => {
    const kept = bought.file && (await store.find(bought.file.id))
    const data = kept && (await store.dataOf(kept))
    if (!kept || !data) return undefined
    const content = unpack(await seal.open(kept._id, { ...kept, data }))
    const { barcode } = content
    const fileId = newId()
    const sealed = await seal.seal(fileId, pack(content))
    const { id: ticketId, sellerId } = listing
    const keepUntil = erasing.keepUntil(listing)
    await store.putObject(fileId, sealed.data)
    return {
      file: { id: fileId, hasBarcode: barcode !== undefined },
      discard: async () => store.removeObject(fileId),
      storeIn: async (session) => {
        const claim = { fileId, ticketId, ownerId: sellerId, keepUntil, from: bought.id }
        if (barcode) await store.claimIn(session, { ...claim, fingerprints: seal.fingerprints(barcode) })
        const { source, barcodes } = kept
        const file = { _id: fileId, ticketId, sellerId, source, ticketIds: [ticketId], barcodes, at: new Date() }
        await store.insertIn(session, { ...file, keepUntil, views: [], ...sealed })
      },
    }
  }
