import { expect, test } from 'bun:test'
import { FileUnreadableError } from '../../barcode.ts'
import type { Bitmap } from '../bitmap.ts'
import { bunPictures } from './bun.ts'
import { plainPictures } from './plain.ts'

/** Its four corners differ, so that every way of turning it gives another picture. */
const corners = (width: number, height: number): Bitmap => {
  const bgra = new Uint8Array(width * height * 4).fill(255)
  const paint = (fromX: number, fromY: number, colour: number[]) => {
    for (let y = fromY; y < fromY + height / 2; y++)
      for (let x = fromX; x < fromX + width / 2; x++) bgra.set(colour, (y * width + x) * 4)
  }
  paint(0, 0, [0, 0, 255])
  paint(width / 2, 0, [0, 255, 0])
  paint(0, height / 2, [255, 0, 0])
  return { width, height, bgra }
}

/** An Exif segment that says how the camera was held, behind the start of a JPEG. */
const heldAs = (jpeg: Uint8Array, orientation: number): Uint8Array => {
  const exif = Buffer.from(
    `ffe100224578696600004d4d002a00000008000101120003000000010${orientation.toString(16).padStart(3, '0')}000000000000`,
    'hex',
  )
  return Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2)])
}

const furthest = (one: Bitmap, other: Bitmap): number =>
  one.bgra.reduce((most, value, i) => Math.max(most, Math.abs(value - (other.bgra[i] ?? 0))), 0)

const sizeOf = ({ width, height }: Bitmap) => ({ width, height })

test.each([1, 2, 3, 4, 5, 6, 7, 8])('both see the same photo, its camera held as %d', async (orientation) => {
  const photo = heldAs(await bunPictures.toJpeg(corners(64, 32)), orientation)
  const [one, other] = [await bunPictures.fromImage(photo), await plainPictures.fromImage(photo)]
  expect(sizeOf(one)).toEqual(orientation >= 5 ? { width: 32, height: 64 } : { width: 64, height: 32 })
  expect(sizeOf(other)).toEqual(sizeOf(one))
  // JPEG decoders round differently, most of all where colours meet.
  const centre = (bitmap: Bitmap, x: number, y: number) =>
    [...bitmap.bgra.subarray((y * bitmap.width + x) * 4, (y * bitmap.width + x) * 4 + 3)].map((value) => value > 127)
  const [width, height] = [one.width, one.height]
  for (const [x, y] of [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.25, 0.75],
    [0.75, 0.75],
  ].map(([u = 0, v = 0]) => [u * width, v * height]))
    expect(centre(other, x ?? 0, y ?? 0)).toEqual(centre(one, x ?? 0, y ?? 0))
})

test('what one has written the other reads', async () => {
  const drawn = corners(64, 32)
  const byPlain = await bunPictures.fromImage(await plainPictures.toJpeg(drawn))
  const byBun = await plainPictures.fromImage(await bunPictures.toJpeg(drawn))
  expect(sizeOf(byPlain)).toEqual(sizeOf(byBun))
  const red = ({ bgra, width }: Bitmap) => bgra[(8 * width + 16) * 4 + 2] ?? 0
  expect([red(byPlain) > 200, red(byBun) > 200]).toEqual([true, true])
})

test('what is transparent is white to both', async () => {
  const { PNG } = await import('pngjs')
  const png = new PNG({ width: 8, height: 8 })
  png.data.fill(0)
  png.data.fill(255, 0, 4 * 8)
  const file = PNG.sync.write(png)
  const [one, other] = [await bunPictures.fromImage(file), await plainPictures.fromImage(file)]
  expect(furthest(one, other)).toBe(0)
  expect(one.bgra.every((value) => value === 255)).toBe(true)
})

test('a large photo is no larger than a page', async () => {
  const photo = await plainPictures.toJpeg(corners(4_000, 3_000))
  for (const pictures of [bunPictures, plainPictures]) {
    const { width, height } = await pictures.fromImage(photo)
    expect(width * height).toBeLessThanOrEqual(4_010_000)
    expect(width / height).toBeCloseTo(4 / 3, 2)
  }
})

test.each(['', 'no picture', '\x89PNG\r\n\x1a\n cut short', '\xff\xd8\xff\xe0 cut short'])(
  '%p is refused',
  async (text) => {
    await expect(plainPictures.fromImage(Buffer.from(text, 'latin1'))).rejects.toThrow(FileUnreadableError)
  },
)
