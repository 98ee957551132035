import { PDFDocument, StandardFonts } from '@cantoo/pdf-lib'
import { type RenderOptions, toBuffer, toSVG } from 'bwip-js/node'
import type { Barcode, Symbology } from '../barcode.ts'

const names: Record<Symbology, string> = {
  qr: 'qrcode',
  aztec: 'azteccode',
  pdf417: 'pdf417',
  datamatrix: 'datamatrix',
  code128: 'code128',
}

/** The quiet zone that scanners need around a code, in modules: the widest that a symbology asks for is Code 128's ten. */
const quietModules = 10

const optionsOf = ({ symbology, bytes }: Barcode): RenderOptions => ({
  bcid: names[symbology],
  text: Buffer.from(bytes).toString('latin1'),
  binarytext: true,
  scale: 4,
  padding: quietModules,
  backgroundcolor: 'FFFFFF',
  ...(symbology === 'code128' ? { height: 20 } : {}),
})

/** The barcode drawn again, black on white with the margin that scanners need. */
export const drawSvg = (barcode: Barcode): string => toSVG(optionsOf(barcode))

const drawPng = (barcode: Barcode): Promise<Buffer> => toBuffer(optionsOf(barcode))

const pageSize: [number, number] = [420, 595]
const margin = 40
const lineHeight = 18

/** What the font has no sign for must not keep the ticket from being drawn. */
const printable = (text: string) => text.replace(/[^\x20-\x7e\xa0-\xff]/g, '?').slice(0, 80)

/** A page with a few lines and the code. */
export const drawTicket = async (barcode: Barcode, lines: string[]): Promise<Uint8Array> => {
  const pdf = await PDFDocument.create()
  pdf.setProducer('Fairpass')
  const font = await pdf.embedFont(StandardFonts.Helvetica)
  const page = pdf.addPage(pageSize)
  const [width, height] = pageSize
  lines.slice(0, 10).forEach((line, i) => {
    page.drawText(printable(line), { x: margin, y: height - margin - (i + 1) * lineHeight, size: 12, font })
  })
  const image = await pdf.embedPng(await drawPng(barcode))
  const room = width - 2 * margin
  const scale = Math.min(room / image.width, height / 2 / image.height)
  const drawn = { width: image.width * scale, height: image.height * scale }
  page.drawImage(image, { x: (width - drawn.width) / 2, y: margin, ...drawn })
  return pdf.save()
}
