import { inflateRawSync } from 'node:zlib'
import * as v from 'valibot'
import { type Barcode, FileUnreadableError, type Symbology } from '../barcode.ts'

const maxPassBytes = 256 * 1024
const maxEntries = 500
const endSignature = 0x06054b50
const entrySignature = 0x02014b50
/** The end of the directory may be followed by a comment of at most 65,535 bytes. */
const longestEnd = 22 + 65_535

const stored = 0
const deflated = 8

const unreadable = () => new FileUnreadableError('This is no pass of Apple Wallet')

/** Where the directory of a ZIP begins, and how many entries it has (APPNOTE, 4.3.16). */
const directoryOf = (zip: Buffer) => {
  for (let at = zip.length - 22; at >= Math.max(0, zip.length - longestEnd); at--)
    if (zip.readUInt32LE(at) === endSignature)
      return { entries: Math.min(zip.readUInt16LE(at + 10), maxEntries), start: zip.readUInt32LE(at + 16) }
  throw unreadable()
}

const entryAt = (zip: Buffer, at: number) => {
  if (zip.readUInt32LE(at) !== entrySignature) throw unreadable()
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset))
  return {
    method: zip.readUInt16LE(at + 10),
    packedBytes: zip.readUInt32LE(at + 20),
    headerAt: zip.readUInt32LE(at + 42),
    name: zip.toString('utf8', at + 46, at + 46 + (nameBytes ?? 0)),
    nextAt: at + 46 + (nameBytes ?? 0) + (extraBytes ?? 0) + (commentBytes ?? 0),
  }
}

/** One file out of a ZIP. What it says of its own size is not believed: unpacking ends at the bound. */
const unpack = (zip: Buffer, wanted: string): Buffer => {
  const { entries, start } = directoryOf(zip)
  let at = start
  for (let i = 0; i < entries; i++) {
    const { name, method, packedBytes, headerAt, nextAt } = entryAt(zip, at)
    at = nextAt
    if (name !== wanted) continue
    const dataAt = headerAt + 30 + zip.readUInt16LE(headerAt + 26) + zip.readUInt16LE(headerAt + 28)
    const packed = zip.subarray(dataAt, dataAt + packedBytes)
    if (method === deflated) return inflateRawSync(packed, { maxOutputLength: maxPassBytes })
    if (method === stored && packed.length <= maxPassBytes) return packed
    throw unreadable()
  }
  throw unreadable()
}

const symbologyByFormat: Record<string, Symbology> = {
  PKBarcodeFormatQR: 'qr',
  PKBarcodeFormatAztec: 'aztec',
  PKBarcodeFormatPDF417: 'pdf417',
  PKBarcodeFormatCode128: 'code128',
}

const PassBarcode = v.object({
  format: v.string(),
  message: v.pipe(v.string(), v.minLength(1), v.maxLength(4_000)),
  messageEncoding: v.optional(v.string(), 'iso-8859-1'),
})
const Field = v.object({ label: v.optional(v.string()), value: v.union([v.string(), v.number()]) })
const Fields = v.optional(v.array(v.unknown()), [])
const Body = v.object({ headerFields: Fields, primaryFields: Fields, secondaryFields: Fields, auxiliaryFields: Fields })
const Pass = v.object({
  organizationName: v.optional(v.string()),
  description: v.optional(v.string()),
  barcodes: v.optional(v.array(PassBarcode)),
  barcode: v.optional(PassBarcode),
  eventTicket: v.optional(Body),
})
type Pass = v.InferOutput<typeof Pass>

const linesOf = ({ organizationName, description, eventTicket }: Pass): string[] => {
  const fields = Object.values(eventTicket ?? {}).flat()
  const shown = fields.flatMap((field) => {
    const parsed = v.safeParse(Field, field)
    return parsed.success ? [[parsed.output.label, parsed.output.value].filter(Boolean).join(': ')] : []
  })
  return [description, organizationName, ...shown].filter((line) => line !== undefined)
}

/** A pass of Apple Wallet: its code as the pass itself words it, and a few lines to print over it. */
export const readPass = (bytes: Uint8Array): { barcode: Barcode | undefined; lines: string[] } => {
  try {
    const text = unpack(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), 'pass.json').toString('utf8')
    const pass = v.parse(Pass, JSON.parse(text))
    const said = [...(pass.barcodes ?? []), ...(pass.barcode ? [pass.barcode] : [])].find(
      ({ format }) => symbologyByFormat[format] !== undefined,
    )
    const symbology = said && symbologyByFormat[said.format]
    if (!said || !symbology) return { barcode: undefined, lines: linesOf(pass) }
    const encoding = /^utf-?8$/i.test(said.messageEncoding) ? 'utf8' : 'latin1'
    return { barcode: { symbology, bytes: new Uint8Array(Buffer.from(said.message, encoding)) }, lines: linesOf(pass) }
  } catch (error) {
    if (error instanceof FileUnreadableError) throw error
    // A directory that points outside, JSON that is none, more data than allowed: all of it is the same error for the sender.
    throw unreadable()
  }
}
