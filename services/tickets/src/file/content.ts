import * as v from 'valibot'
import { type Barcode, symbologies } from './barcode.ts'

/** What is sealed for a ticket: the barcode to draw, and the PDF to hand out. */
export type Content = { barcode: Barcode | undefined; pdf: Uint8Array }

const Head = v.object({
  barcode: v.optional(v.object({ symbology: v.picklist(symbologies), base64: v.string() })),
})

const lengthBytes = 4

/** The length of the head, the head as JSON, and the PDF. */
export const pack = ({ barcode, pdf }: Content): Uint8Array => {
  const head: v.InferInput<typeof Head> = barcode
    ? { barcode: { symbology: barcode.symbology, base64: Buffer.from(barcode.bytes).toString('base64') } }
    : {}
  const json = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(lengthBytes)
  length.writeUInt32BE(json.length)
  return Buffer.concat([length, json, pdf])
}

export const unpack = (packed: Buffer): Content => {
  const pdfAt = lengthBytes + packed.readUInt32BE(0)
  const { barcode } = v.parse(Head, JSON.parse(packed.toString('utf8', lengthBytes, pdfAt)))
  return {
    barcode: barcode && { symbology: barcode.symbology, bytes: Buffer.from(barcode.base64, 'base64') },
    pdf: packed.subarray(pdfAt),
  }
}
