import { isDuplicateKey } from '@fairpass/sdk/mongo'
import type { ClientSession, Collection, Db, IndexDescription } from 'mongodb'
import { TicketAlreadyListedError } from './barcode.ts'

/** A barcode that was listed, by its fingerprint; whoever owns it may list it again once it is free. */
type Listed = { _id: string; fileId: string; ticketId: string; ownerId: string; isFree: boolean; keepUntil: Date }
/** @param from the listing that it was bought as, when its buyer sells it on */
export type Claim = Omit<Listed, '_id' | 'isFree'> & { fingerprints: string[]; from?: string }

const indexes: IndexDescription[] = [
  { key: { fileId: 1 }, name: 'file' },
  { key: { keepUntil: 1 }, name: 'kept', expireAfterSeconds: 0 },
]

/** Part of the transaction that moves a file to another key: its barcode is known by a new fingerprint. */
const createMoveIn =
  (barcodes: Collection<Listed>) =>
  async (session: ClientSession, fileId: string, [current, ...earlier]: string[]): Promise<void> => {
    const known = await barcodes.findOne({ _id: { $in: earlier }, fileId }, { session })
    if (!known || current === undefined) return
    await barcodes.deleteOne({ _id: known._id }, { session })
    await barcodes.updateOne({ _id: current }, { $setOnInsert: { ...known, _id: current } }, { upsert: true, session })
  }

/** Which barcodes are on sale or sold: none of them twice. */
export const openBarcodes = (db: Db) => {
  const barcodes = db.collection<Listed>('barcodes')

  return {
    moveIn: createMoveIn(barcodes),
    ensureIndexes: () => barcodes.createIndexes(indexes),

    /**
     * Part of the transaction that lists a ticket: nobody else has this barcode on sale, or sold it.
     * @throws TicketAlreadyListedError
     */
    claimIn: async (session: ClientSession, { fingerprints, from, ...claim }: Claim): Promise<void> => {
      const [current, ...earlier] = fingerprints
      const { ticketId, ownerId } = claim
      const mine = { $or: [{ ticketId }, { isFree: true, ownerId }, ...(from ? [{ ticketId: from }] : [])] }
      const isTaken = await barcodes.findOne({ _id: { $in: earlier }, $nor: mine.$or }, { session })
      if (isTaken || current === undefined) throw new TicketAlreadyListedError()
      try {
        const set = { $set: { ...claim, isFree: false } }
        await barcodes.updateOne({ _id: current, ...mine }, set, { upsert: true, session })
      } catch (error) {
        throw isDuplicateKey(error) ? new TicketAlreadyListedError() : error
      }
    },

    /** Which listings stand in the way of these barcodes. */
    holdersOf: async (fingerprints: string[]): Promise<string[]> => {
      const found = await barcodes.find({ _id: { $in: fingerprints }, isFree: false }).toArray()
      return [...new Set(found.map(({ ticketId }) => ticketId))]
    },

    /** They may be listed again by who owned them. */
    free: (fileId: string) => barcodes.updateMany({ fileId }, { $set: { isFree: true } }),

    /** Whose they are when a sale is undone that they came by. */
    changeOwner: (ticketId: string, ownerId: string) => barcodes.updateMany({ ticketId }, { $set: { ownerId } }),

    postpone: (fileId: string, keepUntil: Date) => barcodes.updateMany({ fileId }, { $set: { keepUntil } }),
  }
}
