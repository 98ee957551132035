import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { type Header, pack } from 'tar-stream'

/** What goes into an image: a file or folder of this machine, or a text, at a path within the image. */
export type Content = { at: string; from: string } | { at: string; text: string }

export type Layer = { bytes: Buffer; digest: string }

// The same content gives the same bytes, so that a cluster that has a layer does not take it again.
const epoch = new Date(0)

/**
 * A tar of what an image is made of, owned by root: the user that it runs as can read everything and change nothing.
 */
export const createLayer = async (contents: readonly Content[]): Promise<Layer> => {
  const tar = pack()
  const collected = buffer(tar)
  const folders = new Set<string>()
  const add = (
    header: Pick<Header, 'name' | 'mode'> & Partial<Pick<Header, 'type'>>,
    bytes: Buffer = Buffer.alloc(0),
  ) =>
    new Promise<void>((resolve, reject) =>
      tar.entry({ uid: 0, gid: 0, mtime: epoch, ...header }, bytes, (error) => (error ? reject(error) : resolve())),
    )
  const addFolders = async (path: string) => {
    const parts = path.split('/').slice(0, -1)
    for (let depth = 1; depth <= parts.length; depth++) {
      const name = parts.slice(0, depth).join('/')
      if (folders.has(name)) continue
      folders.add(name)
      await add({ name, type: 'directory', mode: name === 'tmp' ? 0o1777 : 0o755 })
    }
  }
  for (const { path, mode, bytes } of contents.flatMap(filesOf)) {
    await addFolders(path)
    await add({ name: path, mode }, bytes)
  }
  tar.finalize()
  const bytes = await collected
  return { bytes, digest: createHash('sha256').update(bytes).digest('hex') }
}

type File = { path: string; mode: number; bytes: Buffer }

const filesOf = (content: Content): File[] => {
  const path = content.at.replace(/^\//, '')
  if ('text' in content) return [{ path, mode: 0o644, bytes: Buffer.from(content.text) }]
  const from = realpathSync(content.from)
  const { mode } = statSync(from)
  if (!statSync(from).isDirectory()) return [{ path, mode: mode & 0o111 ? 0o755 : 0o644, bytes: readFileSync(from) }]
  return readdirSync(from)
    .sort()
    .flatMap((name) => filesOf({ at: `${path}/${name}`, from: join(from, name) }))
}
