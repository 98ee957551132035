import { createHash } from 'node:crypto'
import { megabytes, showProgress } from '../progress.ts'
import { reasonOf, UserError } from '../user-error.ts'

const answerWithinMs = 4_000
const stalledAfterMs = 20_000

/** A source could not be reached or refused; the next one is tried. */
export class SourceRefused extends Error {
  override readonly name = 'SourceRefused'
}

/** What was fetched is not what was published: an error that no other source should hide. */
export const verifyChecksum = (bytes: Uint8Array, sha256: string, name: string) => {
  const actual = createHash('sha256').update(bytes).digest('hex')
  if (actual === sha256) return
  throw new UserError(
    `The checksum of ${name} is ${actual}, not ${sha256} as published, so it is not used; ` +
      'fetch it again, and ask who runs your network if it stays so.',
  )
}

/** Fetches `url` and checks it against the checksum file beside it (`<hex> *name`). */
export const downloadVerified = async (url: string, what: string): Promise<Uint8Array<ArrayBuffer>> => {
  const published = await answer(`${url}.sha256`)
  const sha256 = (await published.text()).trim().split(/\s+/)[0] ?? ''
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new SourceRefused(`${url}.sha256 holds no checksum`)
  const response = await answer(url)
  const total = Number(response.headers.get('content-length')) || undefined
  const bytes = await readWithProgress(response, what, total)
  verifyChecksum(bytes, sha256, url.slice(url.lastIndexOf('/') + 1))
  return bytes
}

const answer = async (url: string): Promise<Response> => {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(new Error(`no answer within ${answerWithinMs / 1000} s`)), answerWithinMs)
  try {
    const response = await fetch(url, { signal: limit.signal })
    if (!response.ok) throw new Error(`answered ${response.status}`)
    return response
  } catch (error) {
    throw new SourceRefused(`${new URL(url).host}: ${reasonOf(error)}`)
  } finally {
    clearTimeout(timer)
  }
}

const readWithProgress = async (response: Response, what: string, total: number | undefined) => {
  const progress = showProgress(`Downloading ${what}`)
  try {
    const chunks: Uint8Array[] = []
    let received = 0
    const reader = response.body?.getReader()
    while (reader) {
      const { done, value } = await withinStall(reader.read())
      if (done) break
      chunks.push(value)
      received += value.length
      progress.at(megabytes(received, total))
    }
    return Buffer.concat(chunks)
  } catch (error) {
    throw new SourceRefused(`the download of ${what} broke off: ${reasonOf(error)}`)
  } finally {
    progress.end()
  }
}

const withinStall = async <T>(step: Promise<T>): Promise<T> => {
  const stalled = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => stalled.reject(new Error(`nothing came for ${stalledAfterMs / 1000} s`)),
    stalledAfterMs,
  )
  try {
    return await Promise.race([step, stalled.promise])
  } finally {
    clearTimeout(timer)
  }
}
