import { PDFDocument } from '@cantoo/pdf-lib'
import { PDFiumLibrary } from '@hyzyla/pdfium'
import wasmFile from '@hyzyla/pdfium/pdfium.wasm' with { type: 'bytes' }
import { type Bitmap, maxPagePixels } from './bitmap.ts'
import { pictures } from './pictures/index.ts'
import { readWasm } from './wasm.ts'

export const maxPages = 20
const dpi = 200
const pointsPerInch = 72

let pdfium: Promise<PDFiumLibrary> | undefined

const library = (): Promise<PDFiumLibrary> => {
  pdfium ??= (async () => {
    return PDFiumLibrary.init({ wasmBinary: await readWasm(wasmFile) })
  })()
  return pdfium
}

export const preparePdf = async (): Promise<void> => {
  await library()
}

export class TooManyPagesError extends Error {
  override readonly name = 'TooManyPagesError'
}

/** Each page of a PDF at 200 dpi, or as fine as its pixels may be; one page is in memory at a time. */
export const renderPages = async function* (bytes: Uint8Array): AsyncGenerator<Bitmap> {
  const document = await (await library()).loadDocument(bytes)
  try {
    if (document.getPageCount() > maxPages) throw new TooManyPagesError()
    for (const page of document.pages()) {
      const { originalWidth, originalHeight } = page.getOriginalSize()
      const points = Math.max(1, originalWidth) * Math.max(1, originalHeight)
      const scale = Math.min(dpi / pointsPerInch, Math.sqrt(maxPagePixels / points))
      const { width, height, data } = await page.render({ scale, colorSpace: 'BGRA', render: 'bitmap' })
      yield { width, height, bgra: data }
    }
  } finally {
    document.destroy()
  }
}

/** A page as it is put into a PDF. */
export type Picture = { width: number; height: number; jpeg: Uint8Array }

export const toPicture = async (bitmap: Bitmap): Promise<Picture> => ({
  width: bitmap.width,
  height: bitmap.height,
  jpeg: await pictures.toJpeg(bitmap),
})

/** A PDF of nothing but these pictures, a page each. */
export const toPdf = async (pictures: Picture[]): Promise<Uint8Array> => {
  const pdf = await PDFDocument.create()
  pdf.setProducer('Fairpass')
  for (const picture of pictures) {
    const image = await pdf.embedJpg(picture.jpeg)
    const [width, height] = [picture.width, picture.height].map((pixels) => (pixels * pointsPerInch) / dpi)
    pdf.addPage([width ?? 1, height ?? 1]).drawImage(image, { x: 0, y: 0, width: width ?? 1, height: height ?? 1 })
  }
  return pdf.save()
}
