import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import wasmFile from 'zxing-wasm/reader/zxing_reader.wasm' with { type: 'bytes' }
import type { Barcode, Symbology } from '../barcode.ts'
import { type Bitmap, type Box, type Point, toPgm } from './bitmap.ts'
import { readWasm } from './wasm.ts'

/** A barcode, and where on the page it is. */
export type FoundBarcode = Barcode & { box: Box; centre: Point }

/** More than any sheet of tickets has; what shows more is no ticket. */
export const maxBarcodes = 16

/** With every format on, plain text was read as an EAN-13. */
const formats = ['QRCode', 'Aztec', 'PDF417', 'DataMatrix', 'Code128'] as const
const symbologies: Record<string, Symbology> = {
  QRCode: 'qr',
  Aztec: 'aztec',
  PDF417: 'pdf417',
  DataMatrix: 'datamatrix',
  Code128: 'code128',
}

export const prepareBarcodes = async (): Promise<void> => {
  const wasm = await readWasm(wasmFile)
  await prepareZXingModule({ overrides: { wasmBinary: wasm }, fireImmediately: true })
}

const boxOf = (corners: Point[]): Box => ({
  left: Math.min(...corners.map(({ x }) => x)),
  top: Math.min(...corners.map(({ y }) => y)),
  right: Math.max(...corners.map(({ x }) => x)),
  bottom: Math.max(...corners.map(({ y }) => y)),
})

/** Every barcode on the page, from the top down and from left to right. */
export const findBarcodes = async (bitmap: Bitmap): Promise<FoundBarcode[]> => {
  const read = await readBarcodes(toPgm(bitmap), {
    formats: [...formats],
    tryHarder: true,
    tryRotate: true,
    tryInvert: false,
    tryDownscale: true,
    maxNumberOfSymbols: maxBarcodes + 1,
  })
  const found = read.flatMap(({ isValid, format, bytes, position }): FoundBarcode[] => {
    const symbology = symbologies[format]
    if (!isValid || symbology === undefined || bytes.length === 0) return []
    const box = boxOf([position.topLeft, position.topRight, position.bottomRight, position.bottomLeft])
    const centre = { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 }
    return [{ symbology, bytes: bytes.slice(), box, centre }]
  })
  return found.sort((a, b) => a.centre.y - b.centre.y || a.centre.x - b.centre.x)
}
