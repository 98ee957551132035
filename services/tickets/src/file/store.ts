import type { ClientSession, Collection, Db, IndexDescription } from 'mongodb'
import { openBarcodes } from './barcode-store.ts'
import type { Fingerprints, Sealed } from './seal.ts'

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

const viewsKept = 100

const indexes: IndexDescription[] = [
  { key: { ticketId: 1 }, name: 'ticket' },
  { key: { keepUntil: 1 }, name: 'kept' },
  { key: { keyId: 1 }, name: 'key' },
]

/** Listings' files, and the barcodes that were found in them. */
export const openFileStore = (db: Db, objects: ObjectStore | undefined) => {
  const files = db.collection<StoredFile>('files')
  const barcodes = openBarcodes(db)

  return {
    ...createQueries(files),
    claimIn: barcodes.claimIn,
    holdersOf: barcodes.holdersOf,
    changeOwner: barcodes.changeOwner,

    ensureIndexes: () => Promise.all([files.createIndexes(indexes), barcodes.ensureIndexes()]),

    /** Part of the transaction that lists a ticket. The bytes of an object store are there before. */
    insertIn: (session: ClientSession, file: StoredFile & { data: Buffer }) => {
      const { data: _data, ...withoutData } = file
      return files.insertOne(objects ? withoutData : file, { session })
    },

    putObject: async (id: string, bytes: Uint8Array) => objects?.put(id, bytes),
    removeObject: async (id: string) => objects?.remove(id),

    /** What of it is sealed, from wherever it lies. */
    dataOf: async ({ _id, data }: StoredFile): Promise<Buffer | undefined> =>
      data ?? (objects && Buffer.from(await objects.get(_id))),

    noteView: (id: string, view: StoredFile['views'][number]) =>
      files.updateOne({ _id: id }, { $push: { views: { $each: [view], $slice: -viewsKept } } }),

    /** The file is gone for good; its barcodes may be listed again by who owned them. */
    erase: async (fileId: string): Promise<void> => {
      await barcodes.free(fileId)
      await objects?.remove(fileId)
      await files.deleteOne({ _id: fileId })
    },

    postpone: (fileId: string, keepUntil: Date) =>
      Promise.all([files.updateOne({ _id: fileId }, { $set: { keepUntil } }), barcodes.postpone(fileId, keepUntil)]),

    /** Part of the transaction that moves a file to another key. */
    rewrapIn: async (
      session: ClientSession,
      { _id }: StoredFile,
      key: Pick<Sealed, 'keyId' | 'wrappedKey'>,
      fingerprints: Fingerprints | undefined,
    ): Promise<void> => {
      await files.updateOne({ _id }, { $set: key }, { session })
      if (fingerprints) await barcodes.moveIn(session, _id, fingerprints)
    },
  }
}

const createQueries = (files: Collection<StoredFile>) => ({
  find: (id: string) => files.findOne({ _id: id }, { promoteBuffers: true }),

  /** Files whose time is over, at most `limit`, without their bytes. */
  due: (now: Date, limit: number) =>
    files
      .find({ keepUntil: { $lte: now } }, { projection: { data: 0 } })
      .limit(limit)
      .toArray(),

  /** The keys that files are sealed under. */
  keyIds: (): Promise<string[]> => files.distinct('keyId'),

  underOtherKeys: (keyId: string, limit: number) =>
    files
      .find({ keyId: { $ne: keyId } }, { promoteBuffers: true })
      .limit(limit)
      .toArray(),
})

export type FileStore = ReturnType<typeof openFileStore>
