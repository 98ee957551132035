/** Pixels as PDFium and BMP have them: blue, green, red and one unused byte each, row by row from the top. */
export type Bitmap = { width: number; height: number; bgra: Uint8Array }
export type Point = { x: number; y: number }
/** Whole pixels; right and bottom are not part of it. */
export type Box = { left: number; top: number; right: number; bottom: number }

/** What a page may have: an A4 page at 200 dpi has 3.9 million. */
export const maxPagePixels = 4_000_000

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
