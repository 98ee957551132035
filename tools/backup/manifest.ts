import { UserError } from '@fairpass/servers'
import * as v from 'valibot'

/** The databases of Fairpass, one a service. */
export const databases = ['auth', 'tickets', 'orders', 'expiration', 'payments'] as const

/** Files of the data folder that open what is sealed in a backup. */
export const keyFiles = ['jwt-key', 'jwt-key-previous', 'file-key', 'file-key-previous'] as const

export const manifestName = 'manifest.json'
/** The layout below `dump/` is mongodump's, so that mongorestore reads it, too. */
export const bsonName = (database: string, collection: string) => `dump/${database}/${collection}.bson`
export const metadataName = (database: string, collection: string) => `dump/${database}/${collection}.metadata.json`
export const keyName = (file: string) => `keys/${file}`

const Name = v.pipe(
  v.string(),
  v.regex(
    /^(dump\/(auth|tickets|orders|expiration|payments)\/[A-Za-z0-9_-]{1,100}\.(bson|metadata\.json)|keys\/(jwt|file)-key(-previous)?)$/,
  ),
)
const Sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const Count = v.pipe(v.number(), v.integer(), v.minValue(0))

export const Entry = v.object({ name: Name, bytes: Count, sha256: Sha256, documents: v.optional(Count) })
export type Entry = v.InferOutput<typeof Entry>

/** The last file of a backup: what must be in it, and of which moment it is. */
const Manifest = v.object({
  format: v.literal('fairpass-backup'),
  version: v.literal(1),
  /** all databases are as they were at this moment */
  at: v.pipe(v.string(), v.isoTimestamp()),
  mongodb: v.string(),
  files: v.array(Entry),
})
export type Manifest = v.InferOutput<typeof Manifest>

export const readManifest = (text: string): Manifest => {
  try {
    return v.parse(Manifest, JSON.parse(text))
  } catch {
    throw new UserError('Its manifest is of another version of the backup, or is damaged; nothing was restored.')
  }
}
