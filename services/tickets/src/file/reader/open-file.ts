import { type Barcode, type FileType, FileUnreadableError, isSame, isTicketCode, NoBarcodeError } from '../barcode.ts'
import { maxBarcodes } from './barcodes.ts'
import type { Bitmap } from './bitmap.ts'
import { drawTicket } from './draw.ts'
import { maxPages, type Picture, renderPages, TooManyPagesError, toPdf, toPicture } from './pdf.ts'
import { pictures } from './pictures/index.ts'
import { readPass } from './pkpass.ts'
import { ticketsOn } from './split.ts'

/** One ticket out of a file: what a scanner reads, and a PDF that shows this one alone. */
export type SingleTicket = { barcode: Barcode | undefined; pdf: Uint8Array }
type Options = { withoutBarcode: boolean }

/** A ticket that no barcode was found on is kept with its first pages. */
const keptPages = 4

const pagesOf = async function* (bytes: Uint8Array, type: FileType): AsyncGenerator<Bitmap> {
  if (type === 'application/pdf') yield* renderPages(bytes)
  else yield await pictures.fromImage(bytes)
}

type Gathered = { barcode: Barcode; pictures: Picture[] }

const gather = async (pages: AsyncGenerator<Bitmap>): Promise<Gathered[]> => {
  const tickets: Gathered[] = []
  for await (const page of pages) {
    for (const { barcode, region } of await ticketsOn(page)) {
      const known = tickets.find((other) => isSame(other.barcode, barcode))
      const ticket = known ?? { barcode, pictures: [] }
      if (!known) tickets.push(ticket)
      if (tickets.length > maxBarcodes) throw new FileUnreadableError(`This file has more than ${maxBarcodes} barcodes`)
      if (region) ticket.pictures.push(await toPicture(region))
    }
  }
  return tickets
}

const openPass = async (bytes: Uint8Array): Promise<SingleTicket[]> => {
  const { barcode, lines } = readPass(bytes)
  return barcode && isTicketCode(barcode) ? [{ barcode, pdf: await drawTicket(barcode, lines) }] : []
}

const openPages = async (bytes: Uint8Array, type: FileType): Promise<SingleTicket[]> => {
  const tickets = await gather(pagesOf(bytes, type))
  const opened: SingleTicket[] = []
  for (const { barcode, pictures } of tickets)
    opened.push({ barcode, pdf: pictures.length > 0 ? await toPdf(pictures) : await drawTicket(barcode, []) })
  return opened
}

const openWithoutBarcode = async (bytes: Uint8Array, type: FileType): Promise<SingleTicket> => {
  const pictures: Picture[] = []
  for await (const page of pagesOf(bytes, type)) {
    pictures.push(await toPicture(page))
    if (pictures.length === keptPages) break
  }
  return { barcode: undefined, pdf: await toPdf(pictures) }
}

/**
 * The tickets in a file, each flattened to a PDF of its own.
 * @throws FileUnreadableError, NoBarcodeError; anything else is what a broken file did to who read it
 */
export const openFile = async (bytes: Uint8Array, type: FileType, options: Options): Promise<SingleTicket[]> => {
  try {
    const isPass = type === 'application/vnd.apple.pkpass'
    const tickets = isPass ? await openPass(bytes) : await openPages(bytes, type)
    if (tickets.length > 0) return tickets
    if (!options.withoutBarcode || isPass) throw new NoBarcodeError()
    return [await openWithoutBarcode(bytes, type)]
  } catch (error) {
    if (error instanceof TooManyPagesError) throw new FileUnreadableError(`This file has more than ${maxPages} pages`)
    throw error
  }
}
