import { createJimp } from '@jimp/core'
import jpeg from '@jimp/js-jpeg'
import png from '@jimp/js-png'
import { methods as resize } from '@jimp/plugin-resize'
import { imageSize } from 'image-size'
import { FileUnreadableError } from '../../barcode.ts'
import { type Bitmap, maxPagePixels } from '../bitmap.ts'
import { maxImagePixels, type Pictures } from './pictures.ts'

const Jimp = createJimp({ formats: [jpeg, png], plugins: [resize] })

const white = 255
/** What unpacking one photo may take; of the largest that is let in it is 400. */
const maxMemoryMb = 600

const swapped = (from: Uint8Array): Uint8Array => {
  const to = new Uint8Array(from.length)
  for (let i = 0; i < from.length; i += 4) {
    // What is transparent would be black, and a black code on black is none.
    const alpha = from[i + 3] ?? white
    const over = (value: number) => (value * alpha + white * (white - alpha)) / white
    to[i] = over(from[i + 2] ?? 0)
    to[i + 1] = over(from[i + 1] ?? 0)
    to[i + 2] = over(from[i] ?? 0)
    to[i + 3] = white
  }
  return to
}

/** Of a bitmap the fourth byte means nothing; of a picture it would be its transparency. */
const opaque = ({ bgra }: Bitmap): Uint8Array => {
  const copy = bgra.slice()
  for (let i = 3; i < copy.length; i += 4) copy[i] = white
  return copy
}

/** Pictures in JavaScript alone, for a runtime that has none of its own: slower, and the same to whoever looks. */
export const jimpPictures: Pictures = {
  toJpeg: async (bitmap) => {
    const { width, height } = bitmap
    const image = Jimp.fromBitmap({ width, height, data: Buffer.from(swapped(opaque(bitmap))) })
    return image.getBuffer('image/jpeg', { quality: 85 })
  },
  fromImage: async (bytes) => {
    const { width, height } = sizeOf(bytes)
    if (width * height > maxImagePixels) throw new FileUnreadableError('This picture has more pixels than any ticket')
    const image = await read(bytes)
    const scale = Math.min(1, Math.sqrt(maxPagePixels / Math.max(1, image.width * image.height)))
    const side = (pixels: number) => Math.max(1, Math.floor(pixels * scale))
    if (scale < 1) image.resize({ w: side(image.width), h: side(image.height) })
    return { width: image.width, height: image.height, bgra: swapped(image.bitmap.data) }
  },
}

/** Both libraries throw whatever comes to them of a file that is none; neither keeps anything of it. */
const sizeOf = (bytes: Uint8Array) => {
  try {
    return imageSize(bytes)
  } catch {
    throw new FileUnreadableError()
  }
}

const read = async (bytes: Uint8Array) => {
  try {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    return await Jimp.fromBuffer(buffer, { 'image/jpeg': { maxMemoryUsageInMB: maxMemoryMb } })
  } catch {
    throw new FileUnreadableError()
  }
}
