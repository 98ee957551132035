import { inflateRawSync } from 'node:zlib'

const endOfCentralDirectory = 0x06054b50
const centralEntry = 0x02014b50
const stored = 0
const deflated = 8

type ZippedFile = { readonly isProgram: boolean; read(): Buffer }

/** The files of a zip archive (a wheel is one) by path; no system `unzip` is needed. Zip64 is not read. */
export const zipFiles = (archive: Uint8Array): Map<string, ZippedFile> => {
  const zip = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength)
  let end = zip.length - 22
  const earliest = Math.max(0, end - 0xffff)
  while (end >= earliest && zip.readUInt32LE(end) !== endOfCentralDirectory) end--
  if (end < earliest) throw new Error('not a zip archive')
  const files = new Map<string, ZippedFile>()
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(at) !== centralEntry) throw new Error('the zip archive is damaged')
    const method = zip.readUInt16LE(at + 10)
    const size = zip.readUInt32LE(at + 20)
    const nameLength = zip.readUInt16LE(at + 28)
    const local = zip.readUInt32LE(at + 42)
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength)
    const read = () => {
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
      const data = zip.subarray(start, start + size)
      if (method === stored) return data
      if (method === deflated) return inflateRawSync(data)
      throw new Error(`${name} is packed by an unknown method (${method})`)
    }
    files.set(name, { isProgram: ((zip.readUInt32LE(at + 38) >>> 16) & 0o111) !== 0, read })
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return files
}

/** One file of a .tar.gz, found by the end of its path. */
export const fileFromTarGz = (archive: Uint8Array<ArrayBuffer>, pathEnd: string): Uint8Array => {
  const tar = Buffer.from(Bun.gunzipSync(archive))
  for (let at = 0; at + 512 <= tar.length; ) {
    const name = text(tar, at, 100)
    if (!name) break
    const size = Number.parseInt(text(tar, at + 124, 12), 8) || 0
    if (`/${name}`.endsWith(`/${pathEnd}`)) return tar.subarray(at + 512, at + 512 + size)
    at += 512 + Math.ceil(size / 512) * 512
  }
  throw new Error(`the archive holds no ${pathEnd}`)
}

const text = (tar: Buffer, at: number, length: number) => {
  const field = tar.toString('latin1', at, at + length)
  const end = field.indexOf('\0')
  return (end < 0 ? field : field.slice(0, end)).trim()
}
