import { expect, test } from 'bun:test'
import { crc32, deflateRawSync } from 'node:zlib'
import { fileFromTarGz, zipFiles } from './unpack.ts'

type Entry = { name: string; text: string; isDeflated: boolean; mode: number }

const zip = (entries: readonly Entry[]) => {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, text, isDeflated, mode } of entries) {
    const data = isDeflated ? deflateRawSync(text) : Buffer.from(text)
    const fields = Buffer.alloc(22)
    fields.writeUInt16LE(isDeflated ? 8 : 0, 4)
    fields.writeUInt32LE(crc32(text), 10)
    fields.writeUInt32LE(data.length, 14)
    fields.writeUInt32LE(Buffer.byteLength(text), 18)
    const sizes = Buffer.alloc(4)
    sizes.writeUInt16LE(name.length, 0)
    const signature = (value: number) => {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32LE(value)
      return bytes
    }
    const local = Buffer.concat([signature(0x04034b50), fields, sizes, Buffer.from(name), data])
    const place = Buffer.alloc(14)
    place.writeUInt32LE((mode << 16) >>> 0, 6)
    place.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([signature(0x02014b50), Buffer.alloc(2), fields, sizes, place, Buffer.from(name)]))
    bodies.push(local)
    offset += local.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...bodies, ...directory, end])
}

test('a zip archive gives its files, stored or deflated, and knows which are programs', () => {
  const files = zipFiles(
    zip([
      { name: 'bin/server', text: 'serve'.repeat(100), isDeflated: true, mode: 0o100755 },
      { name: 'README', text: 'read me', isDeflated: false, mode: 0o100644 },
    ]),
  )
  expect([...files].map(([name, file]) => [name, file.isProgram, file.read().toString().slice(0, 7)])).toEqual([
    ['bin/server', true, 'servese'],
    ['README', false, 'read me'],
  ])
})

test('what is no zip archive is refused', () => {
  expect(() => zipFiles(Buffer.from('<html>sign in to the network</html>'))).toThrow('not a zip archive')
})

test('a file is taken out of a .tar.gz by the end of its path', async () => {
  const archive = new Bun.Archive({ 'release-1/LICENSE': 'free', 'release-1/bin/server': 'serve'.repeat(500) })
  const packed = Bun.gzipSync(await archive.bytes())
  expect(Buffer.from(fileFromTarGz(packed, 'bin/server')).toString()).toBe('serve'.repeat(500))
  expect(() => fileFromTarGz(packed, 'bin/other')).toThrow('the archive holds no bin/other')
})
