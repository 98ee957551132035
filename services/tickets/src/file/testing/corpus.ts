import { deflateRawSync } from 'node:zlib'
import { degrees, PDFDocument } from '@cantoo/pdf-lib'
import { toBuffer } from 'bwip-js/node'
import type { Symbology } from '../barcode.ts'

const names = { qr: 'qrcode', aztec: 'azteccode', pdf417: 'pdf417', datamatrix: 'datamatrix', code128: 'code128' }
const passFormats: Record<string, string> = {
  qr: 'PKBarcodeFormatQR',
  aztec: 'PKBarcodeFormatAztec',
  pdf417: 'PKBarcodeFormatPDF417',
  code128: 'PKBarcodeFormatCode128',
}

/** A barcode as organisers print it: a PNG on transparent ground. */
export const drawnPng = (symbology: Symbology, text: string): Promise<Buffer> =>
  toBuffer({ bcid: names[symbology], text, scale: 3, ...(symbology === 'code128' ? { height: 14 } : {}) })

const a4: [number, number] = [595, 842]
/** How wide a code is printed, in points. */
const codeWidth: Record<Symbology, number> = { qr: 130, aztec: 130, datamatrix: 110, pdf417: 230, code128: 250 }

type Layout = { columns?: number; rows?: number; rotated?: number; size?: [number, number] }

/** A page with the codes in a grid, one a ticket, row by row. */
export const ticketsPdf = async (
  codes: { symbology: Symbology; text: string }[],
  { columns = 1, rows = codes.length, rotated = 0, size = a4 }: Layout = {},
): Promise<Uint8Array> => {
  const pdf = await PDFDocument.create()
  const page = pdf.addPage(size)
  const [width, height] = [size[0] / columns, size[1] / rows]
  for (const [i, { symbology, text }] of codes.entries()) {
    const image = await pdf.embedPng(await drawnPng(symbology, text))
    const scale = Math.min(codeWidth[symbology] / image.width, (width - 40) / image.width)
    const left = (i % columns) * width
    const bottom = size[1] - (Math.floor(i / columns) + 1) * height
    page.drawText(`Admit one - ${i + 1}`, { x: left + 20, y: bottom + height - 30, size: 12 })
    const at = rotated === 0 ? { x: left + 20, y: bottom + 30 } : { x: left + width / 2, y: bottom + height / 3 }
    page.drawImage(image, { ...at, width: image.width * scale, height: image.height * scale, rotate: degrees(rotated) })
  }
  return pdf.save()
}

/** A ZIP of one file, whose size it may lie about (APPNOTE, 4.3). */
export const zipOf = (name: string, content: Buffer, { saidBytes = content.length } = {}): Buffer => {
  const packed = deflateRawSync(content)
  const crc = Bun.hash.crc32(content)
  const fields = (head: Buffer, at: number) => {
    head.writeUInt16LE(8, at)
    head.writeUInt32LE(crc, at + 6)
    head.writeUInt32LE(packed.length, at + 10)
    head.writeUInt32LE(saidBytes, at + 14)
    head.writeUInt16LE(name.length, at + 18)
    return head
  }
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50)
  fields(local, 8)
  const central = Buffer.alloc(46)
  central.writeUInt32LE(0x02014b50)
  fields(central, 10)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  const directory = Buffer.concat([central, Buffer.from(name)])
  end.writeUInt32LE(directory.length, 12)
  const file = Buffer.concat([local, Buffer.from(name), packed])
  end.writeUInt32LE(file.length, 16)
  return Buffer.concat([file, directory, end])
}

/** A pass of Apple Wallet; it knows no Data Matrix. */
export const passOf = (symbology: Exclude<Symbology, 'datamatrix'>, message: string): Buffer =>
  zipOf(
    'pass.json',
    Buffer.from(
      JSON.stringify({
        formatVersion: 1,
        description: 'An evening at the opera',
        organizationName: 'State Opera',
        barcodes: [{ format: passFormats[symbology], message, messageEncoding: 'iso-8859-1' }],
        eventTicket: { primaryFields: [{ key: 'seat', label: 'Seat', value: '12 A' }] },
      }),
    ),
  )

/** The same picture as a JPEG on white, as a phone's screenshot has it. */
export const photoOf = async (symbology: Symbology, text: string): Promise<Uint8Array> => {
  const png = await toBuffer({
    bcid: names[symbology],
    text,
    scale: 3,
    padding: 12,
    backgroundcolor: 'FFFFFF',
    ...(symbology === 'code128' ? { height: 14 } : {}),
  })
  return new Bun.Image(png).jpeg({ quality: 70 }).bytes()
}
