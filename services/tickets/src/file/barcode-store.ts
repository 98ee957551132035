import { isDuplicateKey } from '@fairpass/sdk/mongo'
import type { ClientSession, Collection, Db, IndexDescription } from 'mongodb'
import { TicketAlreadyListedError } from './barcode.ts'
import type { Fingerprints } from './seal.ts'

/** A barcode that was listed, by its fingerprint; whoever owns it may list it again once it is free. */
type StoredBarcode = {
  _id: string
  fileId: string
  ticketId: string
  ownerId: string
  isFree: boolean
  keepUntil: Date
}
/** @param from the listing that it was bought as, when its buyer sells it on */
export type Claim = Omit<StoredBarcode, '_id' | 'isFree'> & { fingerprints: Fingerprints; from?: string }

const indexes: IndexDescription[] = [
  { key: { fileId: 1 }, name: 'file' },
  { key: { keepUntil: 1 }, name: 'kept', expireAfterSeconds: 0 },
]

/** Part of the transaction that moves a file to another key: its barcode is known by new fingerprints. */
const createMoveIn =
  (barcodes: Collection<StoredBarcode>) =>
  async (session: ClientSession, fileId: string, { claimed, alike }: Fingerprints): Promise<void> => {
    const earlier = { _id: { $in: alike }, fileId }
    const known = await barcodes.findOne(earlier, { session })
    if (!known) return
    await barcodes.deleteMany(earlier, { session })
    const { _id, ...listed } = known
    for (const fingerprint of claimed)
      await barcodes.updateOne({ _id: fingerprint }, { $setOnInsert: listed }, { upsert: true, session })
  }

/** Which barcodes are on sale or sold: none of them twice. */
export const openBarcodes = (db: Db) => {
  const barcodes = db.collection<StoredBarcode>('barcodes')

  return {
    moveIn: createMoveIn(barcodes),
    ensureIndexes: () => barcodes.createIndexes(indexes),

    /**
     * Part of the transaction that lists a ticket: nobody else has this barcode on sale, or sold it.
     * @throws TicketAlreadyListedError
     */
    claimIn: async (session: ClientSession, { fingerprints, from, ...claim }: Claim): Promise<void> => {
      const { ticketId, ownerId } = claim
      const mine = { $or: [{ ticketId }, { isFree: true, ownerId }, ...(from ? [{ ticketId: from }] : [])] }
      const { claimed, alike } = fingerprints
      if (await barcodes.findOne({ _id: { $in: alike }, $nor: mine.$or }, { session }))
        throw new TicketAlreadyListedError()
      // From now on it is known by what is claimed: what was noted of it in another way is not to outlive a change of hands.
      await barcodes.deleteMany({ _id: { $in: alike }, ...mine }, { session })
      try {
        const set = { $set: { ...claim, isFree: false } }
        for (const fingerprint of claimed)
          await barcodes.updateOne({ _id: fingerprint, ...mine }, set, { upsert: true, session })
      } catch (error) {
        throw isDuplicateKey(error) ? new TicketAlreadyListedError() : error
      }
    },

    /** Which listings stand in the way of these barcodes. */
    holdersOf: async (fingerprints: Fingerprints[]): Promise<string[]> => {
      const ids = fingerprints.flatMap(({ claimed, alike }) => [...claimed, ...alike])
      const found = await barcodes.find({ _id: { $in: ids }, isFree: false }).toArray()
      return [...new Set(found.map(({ ticketId }) => ticketId))]
    },

    /** They may be listed again by who owned them. */
    free: (fileId: string) => barcodes.updateMany({ fileId }, { $set: { isFree: true } }),

    /** Whose they are when a sale is undone that they came by. */
    changeOwner: (ticketId: string, ownerId: string) => barcodes.updateMany({ ticketId }, { $set: { ownerId } }),

    postpone: (fileId: string, keepUntil: Date) => barcodes.updateMany({ fileId }, { $set: { keepUntil } }),
  }
}
