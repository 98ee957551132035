import { isDuplicateKey } from '@fairpass/sdk/mongo'
import type { ClientSession, Db } from 'mongodb'
import { TicketAlreadyListedError } from './barcode.ts'
import type { Sealed } from './seal.ts'

/** Where sealed bytes lie when they do not lie in the database. */
export type ObjectStore = {
  put: (id: string, bytes: Uint8Array) => Promise<void>
  get: (id: string) => Promise<Uint8Array>
  remove: (id: string) => Promise<void>
}

/** A listing's file as it is kept: sealed, with what is known of it without opening it. */
export type StoredFile = Omit<Sealed, 'data'> & {
  _id: string
  ticketId: string
  sellerId: string
  /** tells the same upload again from another, and says nothing of it */
  source: string
  /** the listings that its upload made, and how many barcodes it had */
  ticketIds: string[]
  barcodes: number
  at: Date
  keepUntil: Date
  /** who opened it when, the latest last: the evidence when a buyer says that it did not work */
  views: { userId: string; at: Date; reason?: string }[]
  /** absent where an object store has it */
  data?: Buffer
}

/** A barcode that was listed, by what it is known by; whoever owns it may list it again once it is free. */
type Listed = { _id: string; fileId: string; ticketId: string; ownerId: string; isFree: boolean; keepUntil: Date }
export type Claim = Omit<Listed, '_id' | 'isFree'> & { fingerprints: string[] }

const viewsKept = 100

export const openFileStore = (db: Db, objects: ObjectStore | undefined) => {
  const files = db.collection<StoredFile>('files')
  const barcodes = db.collection<Listed>('barcodes')

  const remove = async (fileId: string): Promise<void> => {
    await objects?.remove(fileId)
    await files.deleteOne({ _id: fileId })
  }

  return {
    ensureIndexes: () =>
      Promise.all([
        files.createIndexes([
          { key: { ticketId: 1 }, name: 'ticket' },
          { key: { keepUntil: 1 }, name: 'kept' },
          { key: { keyId: 1 }, name: 'key' },
        ]),
        barcodes.createIndexes([
          { key: { fileId: 1 }, name: 'file' },
          { key: { keepUntil: 1 }, name: 'kept', expireAfterSeconds: 0 },
        ]),
      ]),

    /** Part of the transaction that lists a ticket. The bytes of an object store are there before. */
    insertIn: (session: ClientSession, file: StoredFile & { data: Buffer }) => {
      const { data: _data, ...withoutData } = file
      return files.insertOne(objects ? withoutData : file, { session })
    },

    putObject: async (id: string, bytes: Uint8Array) => objects?.put(id, bytes),
    removeObject: async (id: string) => objects?.remove(id),

    /**
     * Part of the same transaction: nobody else has this barcode on sale, or sold it.
     * @throws TicketAlreadyListedError
     */
    claimIn: async (session: ClientSession, { fingerprints, ...claim }: Claim): Promise<void> => {
      const [current, ...earlier] = fingerprints
      const mine = { $or: [{ ticketId: claim.ticketId }, { isFree: true, ownerId: claim.ownerId }] }
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

    find: (id: string) => files.findOne({ _id: id }, { promoteBuffers: true }),

    /** What of it is sealed, from wherever it lies. */
    dataOf: async ({ _id, data }: StoredFile): Promise<Buffer | undefined> =>
      data ?? (objects && Buffer.from(await objects.get(_id))),

    noteView: (id: string, view: StoredFile['views'][number]) =>
      files.updateOne({ _id: id }, { $push: { views: { $each: [view], $slice: -viewsKept } } }),

    /** The file is gone for good; its barcodes may be listed again by who owned them. */
    erase: async (fileId: string): Promise<void> => {
      await barcodes.updateMany({ fileId }, { $set: { isFree: true } })
      await remove(fileId)
    },

    /** Files whose time is over, at most `limit`, without their bytes. */
    due: (now: Date, limit: number) =>
      files
        .find({ keepUntil: { $lte: now } }, { projection: { data: 0 } })
        .limit(limit)
        .toArray(),

    postpone: (fileId: string, keepUntil: Date) =>
      Promise.all([
        files.updateOne({ _id: fileId }, { $set: { keepUntil } }),
        barcodes.updateMany({ fileId }, { $set: { keepUntil } }),
      ]),

    /** The keys that files are sealed under. */
    keyIds: (): Promise<string[]> => files.distinct('keyId'),

    underOtherKeys: (keyId: string, limit: number) =>
      files
        .find({ keyId: { $ne: keyId } }, { promoteBuffers: true })
        .limit(limit)
        .toArray(),

    /** Part of the transaction that moves a file to another key. */
    rewrapIn: async (
      session: ClientSession,
      { _id }: StoredFile,
      key: Pick<Sealed, 'keyId' | 'wrappedKey'>,
      [current, ...earlier]: string[],
    ): Promise<void> => {
      await files.updateOne({ _id }, { $set: key }, { session })
      const known = await barcodes.findOne({ _id: { $in: earlier }, fileId: _id }, { session })
      if (!known || current === undefined) return
      await barcodes.deleteOne({ _id: known._id }, { session })
      await barcodes.updateOne(
        { _id: current },
        { $setOnInsert: { ...known, _id: current } },
        { upsert: true, session },
      )
    },
  }
}

export type FileStore = ReturnType<typeof openFileStore>
