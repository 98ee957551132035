import { imageSize } from 'image-size'
import jpeg from 'jpeg-js'
import { PNG } from 'pngjs'
import { FileUnreadableError } from '../../barcode.ts'
import { type Bitmap, maxPagePixels } from '../bitmap.ts'
import { maxImagePixels, type Pictures } from './pictures.ts'

const white = 255
/** What unpacking one photo may take: of the largest that is let in it is about this much. */
const maxMemoryMb = 1024

type Rgba = { width: number; height: number; data: Uint8Array }

/** Red and blue change places; what is transparent would be black, and a black code on black is none. */
const toBitmap = ({ width, height, data }: Rgba): Bitmap => {
  const bgra = new Uint8Array(data.length)
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3] ?? white
    const over = (value: number) => (value * alpha + white * (white - alpha)) / white
    bgra[i] = over(data[i + 2] ?? 0)
    bgra[i + 1] = over(data[i + 1] ?? 0)
    bgra[i + 2] = over(data[i] ?? 0)
    bgra[i + 3] = white
  }
  return { width, height, bgra }
}

/** No larger than a page may be; each pixel is the mean of those that it stands for. */
const shrunk = (bitmap: Bitmap): Bitmap => {
  const step = Math.ceil(Math.sqrt((bitmap.width * bitmap.height) / maxPagePixels))
  if (step <= 1) return bitmap
  const [width, height] = [Math.ceil(bitmap.width / step), Math.ceil(bitmap.height / step)]
  const bgra = new Uint8Array(width * height * 4).fill(white)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < 3; channel++)
        bgra[(y * width + x) * 4 + channel] = meanOf(bitmap, x * step, y * step, step, channel)
  return { width, height, bgra }
}

const meanOf = ({ width, height, bgra }: Bitmap, left: number, top: number, step: number, channel: number): number => {
  const [right, bottom] = [Math.min(left + step, width), Math.min(top + step, height)]
  let sum = 0
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += bgra[(y * width + x) * 4 + channel] ?? 0
  return sum / ((right - left) * (bottom - top))
}

/** Turned as the camera says (Exif 2.3, 4.6.4): from 5 on, rows are columns. */
const turned = (bitmap: Bitmap, orientation: number): Bitmap => {
  if (orientation < 2 || orientation > 8) return bitmap
  const isOnItsSide = orientation >= 5
  const [width, height] = isOnItsSide ? [bitmap.height, bitmap.width] : [bitmap.width, bitmap.height]
  const isFlippedX = [2, 3, 7, 8].includes(orientation)
  const isFlippedY = [3, 4, 6, 7].includes(orientation)
  const from = new Uint32Array(bitmap.bgra.buffer)
  const to = new Uint32Array(width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [column, row] = isOnItsSide ? [y, x] : [x, y]
      const fromX = isFlippedX ? bitmap.width - 1 - column : column
      const fromY = isFlippedY ? bitmap.height - 1 - row : row
      to[y * width + x] = from[fromY * bitmap.width + fromX] ?? 0
    }
  return { width, height, bgra: new Uint8Array(to.buffer) }
}

const decoded = (bytes: Uint8Array, type: string | undefined): Rgba => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (type === 'png') return PNG.sync.read(buffer)
  return jpeg.decode(buffer, {
    useTArray: true,
    maxMemoryUsageInMB: maxMemoryMb,
    maxResolutionInMP: maxImagePixels / 1_000_000,
  })
}

/** Pictures in JavaScript alone, for a runtime that has none of its own: slower, and the same to whoever looks. */
export const plainPictures: Pictures = {
  toJpeg: async ({ width, height, bgra }) => {
    const data = Buffer.alloc(bgra.length, white)
    for (let i = 0; i < bgra.length; i += 4) {
      data[i] = bgra[i + 2] ?? 0
      data[i + 1] = bgra[i + 1] ?? 0
      data[i + 2] = bgra[i] ?? 0
    }
    return jpeg.encode({ width, height, data }, 85).data
  },
  fromImage: async (bytes) => {
    try {
      const { width, height, type, orientation = 1 } = imageSize(bytes)
      if (width * height > maxImagePixels) throw new Error('more pixels than any ticket has')
      return turned(shrunk(toBitmap(decoded(bytes, type))), orientation)
    } catch {
      // They throw whatever comes to them of a file that is none, and keep nothing of it.
      throw new FileUnreadableError()
    }
  },
}
