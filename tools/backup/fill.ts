import { BSON, type Collection, type Document, type IndexDescription, type MongoClient } from 'mongodb'
import type { ArchiveEntry } from './archive.ts'
import { readAll } from './archive.ts'

const batchDocuments = 1_000
const batchBytes = 8 << 20
const sizeBytes = 4
/** No document of MongoDB is larger. */
const maxDocumentBytes = 16 << 20

/** Cuts a stream into the documents of a BSON file, each of which begins with its size. */
const documentsIn = async function* ({ name, chunks }: ArchiveEntry): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0)
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    let at = 0
    while (rest.length - at >= sizeBytes) {
      const size = rest.readInt32LE(at)
      if (size < 5 || size > maxDocumentBytes) throw new Error(`${name} holds something that is no document`)
      if (rest.length - at < size) break
      yield rest.subarray(at, at + size)
      at += size
    }
    rest = rest.subarray(at)
  }
  if (rest.length > 0) throw new Error(`${name} ends in the middle of a document`)
}

/** Every value comes back as the type that it was stored as. */
const exactly = { promoteValues: false, promoteBuffers: false, promoteLongs: false } as const

const insertAll = async (collection: Collection, entry: ArchiveEntry): Promise<number> => {
  let batch: Document[] = []
  let bytes = 0
  let count = 0
  const flush = async () => {
    if (batch.length > 0) await collection.insertMany(batch, { ordered: false })
    count += batch.length
    batch = []
    bytes = 0
  }
  for await (const document of documentsIn(entry)) {
    batch.push(BSON.deserialize(document, exactly))
    bytes += document.length
    if (batch.length >= batchDocuments || bytes >= batchBytes) await flush()
  }
  await flush()
  return count
}

type Metadata = { options: object; indexes: (IndexDescription & { name: string })[] }

/** Makes a collection with its indexes, before its documents, so that a unique index checks each of them. */
const createCollection = async (client: MongoClient, database: string, name: string, entry: ArchiveEntry) => {
  const { options, indexes }: Metadata = BSON.EJSON.parse((await readAll(entry)).toString())
  await client.db(database).createCollection(name, options)
  const own = indexes.filter((index) => index.name !== '_id_')
  if (own.length > 0) await client.db(database).command({ createIndexes: name, indexes: own })
}

/** Puts one file of `dump/` into an empty database. */
export const fill = async (client: MongoClient, entry: ArchiveEntry): Promise<number> => {
  const [, database = '', file = ''] = entry.name.split('/')
  const name = file.replace(/\.(bson|metadata\.json)$/, '')
  if (file.endsWith('.bson')) return insertAll(client.db(database).collection(name), entry)
  await createCollection(client, database, name, entry)
  return 0
}
