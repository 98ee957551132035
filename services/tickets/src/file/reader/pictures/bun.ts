import { inflateSync } from 'node:zlib'
import { type Bitmap, maxPagePixels } from '../bitmap.ts'
import { maxImagePixels, type Pictures } from './pictures.ts'

const white = 255

/** A BMP of 32 bits a pixel from the top down (BITMAPINFOHEADER, a negative height), which Bun.Image takes. */
const toBmp = ({ width, height, bgra }: Bitmap): Uint8Array => {
  const headerBytes = 54
  const bmp = Buffer.alloc(headerBytes + bgra.length)
  bmp.write('BM', 0, 'latin1')
  bmp.writeUInt32LE(bmp.length, 2)
  bmp.writeUInt32LE(headerBytes, 10)
  bmp.writeUInt32LE(40, 14)
  bmp.writeInt32LE(width, 18)
  bmp.writeInt32LE(-height, 22)
  bmp.writeUInt16LE(1, 26)
  bmp.writeUInt16LE(32, 28)
  bmp.writeUInt32LE(bgra.length, 34)
  bmp.set(bgra, headerBytes)
  return bmp
}

const paeth = (a: number, b: number, c: number): number => {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)]
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c
}

/** Undoes the filters of PNG rows in place (PNG, 9.2). */
const unfilter = (rows: Uint8Array, height: number, stride: number, step: number): void => {
  for (let y = 0; y < height; y++) {
    const at = y * (stride + 1)
    const filter = rows[at] ?? 0
    const row = rows.subarray(at + 1, at + 1 + stride)
    const above = y > 0 ? rows.subarray(at - stride, at) : new Uint8Array(stride)
    if (filter === 0) continue
    for (let x = 0; x < stride; x++) {
      const a = x >= step ? (row[x - step] ?? 0) : 0
      const b = above[x] ?? 0
      const c = x >= step ? (above[x - step] ?? 0) : 0
      const predicted = [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter] ?? 0
      row[x] = ((row[x] ?? 0) + predicted) & 255
    }
  }
}

const channelsByColourType: Record<number, number> = { 0: 1, 2: 3, 4: 2, 6: 4 }

/** Reads the PNG that Bun.Image itself has just written: eight bits a channel, not interlaced. */
const fromOwnPng = (png: Buffer): Bitmap => {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  const channels = channelsByColourType[png[25] ?? -1]
  if (png[24] !== 8 || channels === undefined || png[28] !== 0) throw new Error('this PNG is not of the kind expected')
  const parts: Buffer[] = []
  for (let at = 8; at + 12 <= png.length; ) {
    const length = png.readUInt32BE(at)
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length))
    at += 12 + length
  }
  const stride = width * channels
  const rows = inflateSync(Buffer.concat(parts), { maxOutputLength: height * (stride + 1) })
  unfilter(rows, height, stride, channels)
  return { width, height, bgra: onWhite(rows, width, height, channels) }
}

/** What is transparent would be black, and a black code on black is none. */
const onWhite = (rows: Uint8Array, width: number, height: number, channels: number): Uint8Array => {
  const bgra = new Uint8Array(width * height * 4)
  const hasColour = channels > 2
  const hasAlpha = channels % 2 === 0
  let to = 0
  for (let y = 0; y < height; y++) {
    let from = y * (width * channels + 1) + 1
    for (let x = 0; x < width; x++, from += channels, to += 4) {
      const alpha = hasAlpha ? (rows[from + channels - 1] ?? white) : white
      const over = (value: number) => (value * alpha + white * (white - alpha)) / white
      bgra[to] = over(rows[from + (hasColour ? 2 : 0)] ?? 0)
      bgra[to + 1] = over(rows[from + (hasColour ? 1 : 0)] ?? 0)
      bgra[to + 2] = over(rows[from] ?? 0)
      bgra[to + 3] = white
    }
  }
  return bgra
}

/** Bun's own pictures: native, and off the thread that asks. */
export const bunPictures: Pictures = {
  toJpeg: (bitmap) => new Bun.Image(toBmp(bitmap)).jpeg({ quality: 85 }).bytes(),
  fromImage: async (bytes) => {
    const { width, height } = await new Bun.Image(bytes, { maxPixels: maxImagePixels }).metadata()
    const scale = Math.min(1, Math.sqrt(maxPagePixels / Math.max(1, width * height)))
    const image = new Bun.Image(bytes, { maxPixels: maxImagePixels })
    const [toWidth, toHeight] = [width, height].map((side) => Math.max(1, Math.floor(side * scale)))
    const sized = scale < 1 ? image.resize(toWidth ?? 1, toHeight ?? 1, { fit: 'inside' }) : image
    return fromOwnPng(await sized.png({ compressionLevel: 1 }).buffer())
  },
}
