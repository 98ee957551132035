import { type Barcode, isSame, isTicketCode } from '../barcode.ts'
import { type FoundBarcode, findBarcodes } from './barcodes.ts'
import { type Bitmap, type Box, crop, type Point, paintOver } from './bitmap.ts'

const isAddress = ({ bytes }: Barcode) => /^https?:\/\//i.test(Buffer.from(bytes.subarray(0, 8)).toString('latin1'))

/** The organiser's web address beside the code that opens the door, or a number in bars beside it, is no ticket of its own. */
const ticketsAmong = (all: FoundBarcode[]): FoundBarcode[] => {
  const found = all.filter(isTicketCode)
  const withoutAddresses = found.some((one) => !isAddress(one)) ? found.filter((one) => !isAddress(one)) : found
  const square = withoutAddresses.filter(({ symbology }) => symbology !== 'code128')
  return square.length > 0 ? square : withoutAddresses
}

/** Where one ticket ends and the next begins, on one axis: equal shares of the page where they fit, else halfway between codes. */
const bordersOf = (centres: number[], size: number, apart: number): number[] => {
  const lines: number[] = []
  for (const centre of [...centres].sort((a, b) => a - b))
    if (lines.length === 0 || centre - (lines.at(-1) ?? 0) > apart) lines.push(centre)
  const share = size / lines.length
  const isEven = lines.every((line, i) => line > share * i && line < share * (i + 1))
  const inner = lines.slice(1).map((line, i) => (isEven ? share * (i + 1) : (line + (lines[i] ?? 0)) / 2))
  return [0, ...inner, size]
}

const between = (borders: number[], at: number): [number, number] => {
  const next = borders.findIndex((border) => border > at)
  return [borders[next - 1] ?? 0, borders[next] ?? borders.at(-1) ?? 0]
}

const grown = ({ left, top, right, bottom }: Box): Box => {
  const margin = Math.max(4, 0.12 * Math.max(right - left, bottom - top))
  return { left: left - margin, top: top - margin, right: right + margin, bottom: bottom + margin }
}

const smallest = (found: FoundBarcode[], side: (box: Box) => number) => Math.min(...found.map(({ box }) => side(box)))

const cellOf = (centre: Point, found: FoundBarcode[], { width, height }: Bitmap): Box => {
  const apartX = smallest(found, ({ left, right }) => right - left) / 2
  const apartY = smallest(found, ({ top, bottom }) => bottom - top) / 2
  const xs = bordersOf(found.map((one) => one.centre.x), width, apartX) // biome-ignore format: one line reads better
  const ys = bordersOf(found.map((one) => one.centre.y), height, apartY) // biome-ignore format: one line reads better
  const [left, right] = between(xs, centre.x)
  const [top, bottom] = between(ys, centre.y)
  return { left, top, right, bottom }
}

/** Whether a scanner finds this code in the picture, and no other ticket's. */
const showsOnly = async (bitmap: Bitmap, wanted: Barcode, others: Barcode[]): Promise<boolean> => {
  const seen = await findBarcodes(bitmap)
  return seen.some((one) => isSame(one, wanted)) && !seen.some((one) => others.some((other) => isSame(one, other)))
}

/** The part of the page that is this ticket's; undefined when none can be cut out that a scanner reads. */
const regionOf = async (page: Bitmap, own: FoundBarcode, found: FoundBarcode[]): Promise<Bitmap | undefined> => {
  const others = found.filter((one) => !isSame(one, own))
  if (others.length === 0) return page
  const masked = paintOver(
    page,
    others.map(({ box }) => grown(box)),
  )
  const cut = crop(masked, cellOf(own.centre, found, page))
  if (await showsOnly(cut, own, others)) return cut
  return (await showsOnly(masked, own, others)) ? masked : undefined
}

/** The tickets on a page, each with what of the page belongs to it and nothing of the others' codes. */
export const ticketsOn = async (page: Bitmap): Promise<{ barcode: Barcode; region: Bitmap | undefined }[]> => {
  const found = ticketsAmong(await findBarcodes(page))
  const tickets: { barcode: Barcode; region: Bitmap | undefined }[] = []
  for (const own of found) {
    const { symbology, bytes } = own
    if (tickets.some(({ barcode }) => isSame(barcode, own))) continue
    tickets.push({ barcode: { symbology, bytes }, region: await regionOf(page, own, found) })
  }
  return tickets
}
