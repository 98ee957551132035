import { ServiceUnavailableError } from '@fairpass/sdk/errors'
import { AwsClient } from 'aws4fetch'
import type { ObjectStore } from './store.ts'

type Options = {
  endpoint: string
  bucket: string
  accessKeyId: string
  secretAccessKey: string
  /** how long one object may take, in milliseconds */
  timeoutMs?: number
}

/** Sealed files in an object store that speaks S3, at `ENDPOINT/BUCKET/files/ID`. */
export const openS3 = ({ endpoint, bucket, timeoutMs = 15_000, ...keys }: Options): ObjectStore => {
  // The caller retries; a retry here would outlast the request that it is for.
  const client = new AwsClient({ ...keys, service: 's3', retries: 0 })
  const base = endpoint.replace(/\/$/, '')

  const call = async (method: 'GET' | 'PUT' | 'DELETE', id: string, body?: Uint8Array<ArrayBuffer>) => {
    try {
      const answer = await client.fetch(`${base}/${bucket}/files/${encodeURIComponent(id)}`, {
        method,
        signal: AbortSignal.timeout(timeoutMs),
        ...(body && { body, headers: { 'content-type': 'application/octet-stream' } }),
      })
      const bytes = new Uint8Array(await answer.arrayBuffer())
      // What is to be removed and isn't there is removed.
      if (answer.ok || (method === 'DELETE' && answer.status === 404)) return bytes
      throw new Error(`the object store answered ${answer.status} to ${method}`)
    } catch (error) {
      throw new ServiceUnavailableError(undefined, { cause: error })
    }
  }

  return {
    put: async (id, bytes) => {
      await call('PUT', id, new Uint8Array(bytes))
    },
    get: (id) => call('GET', id),
    remove: async (id) => {
      await call('DELETE', id)
    },
  }
}
