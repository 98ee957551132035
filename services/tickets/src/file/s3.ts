import { S3Client } from 'bun'
import type { ObjectStore } from './store.ts'

type Options = { endpoint: string; bucket: string; accessKeyId: string; secretAccessKey: string }

/** Sealed files in an object store that speaks S3. */
export const openS3 = (options: Options): ObjectStore => {
  const client = new S3Client(options)
  const keyOf = (id: string) => `files/${id}`
  return {
    put: async (id, bytes) => {
      await client.write(keyOf(id), bytes, { type: 'application/octet-stream' })
    },
    get: (id) => client.file(keyOf(id)).bytes(),
    remove: (id) => client.delete(keyOf(id)),
  }
}
