import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { explainDisk, UserError } from '@fairpass/servers'
import { extract, pack } from 'tar-stream'
import { type Entry, type Manifest, manifestName, readManifest } from './manifest.ts'

const readAtOnceBytes = 1 << 20
/** Fast, since most of the time goes into compressing. */
const gzipLevel = 3
/** Anything but documents is small; a damaged size is no reason to read more. */
const maxSmallBytes = 16 << 20

export type ArchiveWriter = {
  /** Adds a file whose size is known before it is read. */
  add: (name: string, bytes: number, chunks: AsyncIterable<Uint8Array>, documents?: number) => Promise<void>
  addText: (name: string, text: string) => Promise<void>
}

/**
 * Writes a tar, gzipped, readable by its owner alone, under another name until it is whole; `fill` adds its files and
 * returns what the manifest, its last file, says.
 */
export const writeArchive = async (
  wanted: string,
  fill: (writer: ArchiveWriter) => Promise<Omit<Manifest, 'files'>>,
): Promise<void> => {
  const file = resolve(wanted)
  if (!existsSync(dirname(file))) throw new UserError(`There is no folder ${dirname(file)}.`)
  if (existsSync(file)) throw new UserError(`${wanted} exists already; choose another name.`)
  const partial = `${file}.${process.pid}.partial`
  const tar = pack()
  const files: Entry[] = []
  const add: ArchiveWriter['add'] = async (name, bytes, chunks, documents) => {
    const sha256 = createHash('sha256')
    const entry = tar.entry({ name, size: bytes, mode: 0o600 })
    const hashed = async function* () {
      for await (const chunk of chunks) {
        sha256.update(chunk)
        yield chunk
      }
    }
    await pipeline(Readable.from(hashed(), { objectMode: false }), entry)
    files.push({ name, bytes, sha256: sha256.digest('hex'), ...(documents === undefined ? {} : { documents }) })
  }
  const addText = (name: string, text: string) => {
    const bytes = Buffer.from(text)
    return add(name, bytes.length, Readable.from([bytes]))
  }
  try {
    const out = createWriteStream(partial, { fd: openSync(partial, 'wx', 0o600), flush: true })
    const writing = pipeline(tar, createGzip({ level: gzipLevel }), out)
    const filling = (async () => {
      const about = await fill({ add, addText })
      tar.entry({ name: manifestName, mode: 0o600 }, JSON.stringify({ ...about, files }, null, 2))
      tar.finalize()
    })()
    // Either may fail first; the other then never ends.
    await Promise.race([Promise.all([filling, writing]), filling.then(() => writing)])
    renameSync(partial, file)
  } catch (error) {
    tar.destroy()
    rmSync(partial, { force: true })
    throw explainDisk(error, file)
  }
}

export type ArchiveEntry = { name: string; bytes: number; chunks: AsyncIterable<Uint8Array> }

/** Reads the files of an archive in their order; each must be read to its end by `onEntry`. */
const readArchive = async (file: string, onEntry: (entry: ArchiveEntry) => Promise<void>): Promise<void> => {
  const tar = extract()
  const source = createReadStream(file, { highWaterMark: readAtOnceBytes })
  const reading = pipeline(source, createGunzip(), tar)
  const entries = (async () => {
    for await (const entry of tar) {
      const { name, size = 0 } = entry.header
      await onEntry({ name, bytes: size, chunks: entry })
      entry.resume()
    }
  })()
  await Promise.all([reading, entries])
}

export const readAll = async ({ chunks, bytes }: ArchiveEntry): Promise<Buffer> => {
  if (bytes > maxSmallBytes) throw new UserError('It holds a file that is too large; nothing was restored.')
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

/** Reads all of it once and holds it against its manifest. */
export const verifyArchive = async (file: string): Promise<Manifest> => {
  const found = new Map<string, { bytes: number; sha256: string }>()
  let manifest: Manifest | undefined
  try {
    await readArchive(file, async (entry) => {
      if (entry.name === manifestName) {
        manifest = readManifest((await readAll(entry)).toString())
        return
      }
      const sha256 = createHash('sha256')
      let bytes = 0
      for await (const chunk of entry.chunks) {
        sha256.update(chunk)
        bytes += chunk.length
      }
      found.set(entry.name, { bytes, sha256: sha256.digest('hex') })
    })
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`${file} is no backup, or it is damaged (${String(error)}); nothing was restored.`)
  }
  if (!manifest) throw new UserError(`${file} is no whole backup: its manifest is missing; nothing was restored.`)
  const isWhole = (entry: Entry) => {
    const { bytes, sha256 } = found.get(entry.name) ?? {}
    return bytes === entry.bytes && sha256 === entry.sha256
  }
  const damaged = manifest.files.find((entry) => !isWhole(entry))
  if (damaged) throw new UserError(`${file} is damaged at ${damaged.name}; nothing was restored.`)
  if (found.size !== manifest.files.length)
    throw new UserError(`${file} holds files that its manifest does not name; nothing was restored.`)
  return manifest
}

/** Reads what `verifyArchive` found whole. */
export const readVerified = (file: string, onEntry: (entry: ArchiveEntry) => Promise<void>): Promise<void> =>
  readArchive(file, async (entry) => {
    if (entry.name !== manifestName) await onEntry(entry)
  })
