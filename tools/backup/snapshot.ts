import { BSON, type ClientSession, type Collection, type MongoClient, MongoServerError } from 'mongodb'
import type { ArchiveWriter } from './archive.ts'
import { bsonName, databases, metadataName } from './manifest.ts'

/** MongoDB cannot read a collection at a moment at which it, or an index of it, was being made. */
const snapshotUnavailable = 246
const snapshotTooOld = 239
/** How long MongoDB keeps what it needs to read at one moment, in seconds, while a backup is under way. */
const historySeconds = 3_600
const historyVariable = 'minSnapshotHistoryWindowInSeconds'
const batchSize = 500

type Part = { database: string; collection: Collection; options: object; bytes: number; documents: number }

/** The collections of every database, without MongoDB's own. */
const listCollections = async (client: MongoClient) => {
  const listed = await Promise.all(
    databases.map(async (database) => {
      const db = client.db(database)
      const found = await db.listCollections({ type: 'collection' }, { nameOnly: false }).toArray()
      return found
        .filter(({ name }) => !name.startsWith('system.'))
        .map(({ name, options = {} }) => ({ database, collection: db.collection(name), options }))
    }),
  )
  return listed.flat()
}

const measure = async (collection: Collection, session: ClientSession) => {
  const [sum] = await collection
    .aggregate<{ bytes: number; documents: number }>(
      [{ $group: { _id: null, bytes: { $sum: { $bsonSize: '$$ROOT' } }, documents: { $sum: 1 } } }],
      { session },
    )
    .toArray()
  return { bytes: Number(sum?.bytes ?? 0), documents: Number(sum?.documents ?? 0) }
}

const read = async function* (collection: Collection, session: ClientSession, onRead: (bytes: number) => void) {
  for await (const document of collection.find({}, { session, raw: true, batchSize })) {
    // Raw: the bytes as MongoDB stores them.
    const bytes = document as unknown as Uint8Array
    onRead(bytes.length)
    yield bytes
  }
}

const indexesOf = async (collection: Collection) => (await collection.indexes()).map(({ ns: _ns, ...index }) => index)

/** Keeps the history that one moment needs for as long as `work` takes. */
const withHistory = async <T>(client: MongoClient, work: () => Promise<T>): Promise<T> => {
  const admin = client.db('admin')
  const before = await admin.command({ getParameter: 1, [historyVariable]: 1 })
  await admin.command({ setParameter: 1, [historyVariable]: historySeconds })
  try {
    return await work()
  } finally {
    await admin.command({ setParameter: 1, [historyVariable]: before[historyVariable] })
  }
}

export const isMovedOn = (error: unknown) =>
  error instanceof MongoServerError && (error.code === snapshotUnavailable || error.code === snapshotTooOld)

type Progress = (readBytes: number, allBytes: number) => void

/**
 * Adds all documents of all databases as they were at one moment, while others go on writing. The first read sets the moment,
 * and MongoDB answers every other read of the session as of then.
 * @returns when that was, or a little before
 * @throws an error that `isMovedOn` knows when a collection or an index was made just then: try again
 */
export const addSnapshot = (client: MongoClient, archive: ArchiveWriter, progress: Progress): Promise<Date> =>
  withHistory(client, () =>
    client.withSession({ snapshot: true }, async (session) => {
      const { lastWrite } = await client.db('admin').command({ hello: 1 })
      const at: Date = lastWrite.majorityWriteDate
      const parts: Part[] = []
      for (const { database, collection, options } of await listCollections(client))
        parts.push({ database, collection, options, ...(await measure(collection, session)) })
      const all = parts.reduce((sum, { bytes }) => sum + bytes, 0)
      let done = 0
      for (const { database, collection, options, bytes, documents } of parts) {
        const name = collection.collectionName
        const metadata = { options, indexes: await indexesOf(collection), collectionName: name, type: 'collection' }
        await archive.addText(metadataName(database, name), BSON.EJSON.stringify(metadata, { relaxed: false }))
        const documentsRead = read(collection, session, (size) => {
          done += size
          progress(done, all)
        })
        await archive.add(bsonName(database, name), bytes, documentsRead, documents)
      }
      return at
    }),
  )
