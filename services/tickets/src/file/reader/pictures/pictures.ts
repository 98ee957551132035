import type { Bitmap } from '../bitmap.ts'

/** A phone's largest photos have as many; what is larger is refused by its header, before anything is unpacked. */
export const maxImagePixels = 50_000_000

/** Pictures read and written, for which web standards have nothing outside a page. */
export type Pictures = {
  toJpeg: (bitmap: Bitmap) => Promise<Uint8Array>
  /** A photo or screenshot as PNG or JPEG, turned as its camera says, on white, no larger than a page may be. */
  fromImage: (bytes: Uint8Array) => Promise<Bitmap>
}
