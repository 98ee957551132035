import { inflateSync } from 'node:zlib'

/** Pixels as PDFium and BMP have them: blue, green, red and one unused byte each, row by row from the top. */
export type Bitmap = { width: number; height: number; bgra: Uint8Array }
export type Point = { x: number; y: number }
/** Whole pixels; right and bottom are not part of it. */
export type Box = { left: number; top: number; right: number; bottom: number }

/** What a page may have: an A4 page at 200 dpi has 3.9 million. */
export const maxPagePixels = 4_000_000

/** A phone's largest photos have as many; what is larger is refused by its header, before anything is unpacked. */
const maxImagePixels = 50_000_000

const white = 255

/** As a PGM, which the barcode reader takes without a copy of its own in colour. */
export const toPgm = ({ width, height, bgra }: Bitmap): Uint8Array => {
  const header = Buffer.from(`P5\n${width} ${height}\n255\n`, 'latin1')
  const pgm = new Uint8Array(header.length + width * height)
  pgm.set(header)
  let at = header.length
  for (let i = 0; i < bgra.length; i += 4)
    pgm[at++] = ((bgra[i] ?? 0) * 29 + (bgra[i + 1] ?? 0) * 150 + (bgra[i + 2] ?? 0) * 77) >> 8
  return pgm
}

const clamp = ({ left, top, right, bottom }: Box, { width, height }: Bitmap): Box => ({
  left: Math.max(0, Math.floor(left)),
  top: Math.max(0, Math.floor(top)),
  right: Math.min(width, Math.ceil(right)),
  bottom: Math.min(height, Math.ceil(bottom)),
})

export const crop = (bitmap: Bitmap, box: Box): Bitmap => {
  const { left, top, right, bottom } = clamp(box, bitmap)
  const [width, height] = [Math.max(1, right - left), Math.max(1, bottom - top)]
  const bgra = new Uint8Array(width * height * 4)
  for (let row = 0; row < height; row++) {
    const from = ((top + row) * bitmap.width + left) * 4
    bgra.set(bitmap.bgra.subarray(from, from + width * 4), row * width * 4)
  }
  return { width, height, bgra }
}

/** The same picture with these boxes painted over: what was there is in it no more. */
export const paintOver = (bitmap: Bitmap, boxes: Box[]): Bitmap => {
  const bgra = bitmap.bgra.slice()
  for (const box of boxes) {
    const { left, top, right, bottom } = clamp(box, bitmap)
    for (let row = top; row < bottom; row++)
      bgra.fill(white, (row * bitmap.width + left) * 4, (row * bitmap.width + right) * 4)
  }
  return { ...bitmap, bgra }
}

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

export const toJpeg = (bitmap: Bitmap): Promise<Uint8Array> =>
  new Bun.Image(toBmp(bitmap)).jpeg({ quality: 85 }).bytes()

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

/** A photo or screenshot, turned as its camera says, no larger than a page may be. */
export const fromImage = async (bytes: Uint8Array): Promise<Bitmap> => {
  const { width, height } = await new Bun.Image(bytes, { maxPixels: maxImagePixels }).metadata()
  const scale = Math.min(1, Math.sqrt(maxPagePixels / Math.max(1, width * height)))
  const image = new Bun.Image(bytes, { maxPixels: maxImagePixels })
  const [toWidth, toHeight] = [width, height].map((side) => Math.max(1, Math.floor(side * scale)))
  const sized = scale < 1 ? image.resize(toWidth ?? 1, toHeight ?? 1, { fit: 'inside' }) : image
  return fromOwnPng(await sized.png({ compressionLevel: 1 }).buffer())
}
