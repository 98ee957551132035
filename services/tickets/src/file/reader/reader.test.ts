import { afterAll, expect, test } from 'bun:test'
import { deflateSync } from 'node:zlib'
import { PDFDocument } from '@cantoo/pdf-lib'
import { type FileType, FileUnreadableError, NoBarcodeError, type Symbology, symbologies } from '../barcode.ts'
import { drawnPng, passOf, photoOf, ticketsPdf, zipOf } from '../testing/corpus.ts'
import { createReader } from './reader.ts'

const reader = createReader({ maxWaiting: 100 })
afterAll(reader.stop)

const textsIn = async (bytes: Uint8Array, type: FileType): Promise<string[]> =>
  (await reader.open(bytes, type)).map(({ barcode }) => Buffer.from(barcode?.bytes ?? []).toString('latin1')).sort()

/** A picture of a page as a scanner at 150 dpi makes it. */
const scanned = async (pdf: Uint8Array): Promise<Uint8Array> => {
  const { renderPages } = await import('./pdf.ts')
  const { pictures } = await import('./pictures/index.ts')
  for await (const page of renderPages(pdf)) {
    const jpeg = await pictures.toJpeg(page)
    return new Bun.Image(jpeg)
      .resize(Math.round((page.width * 150) / 200))
      .jpeg({ quality: 75 })
      .bytes()
  }
  throw new Error('there is no page')
}

let made = 0
const newText = (symbology: Symbology) => `${symbology.toUpperCase()}-${(made++).toString().padStart(5, '0')}-X7Q2`

type Kind = {
  name: string
  tickets: number
  file: (symbology: Symbology, texts: string[]) => Promise<[Uint8Array, FileType]>
}

const pdfOf = (layout?: Parameters<typeof ticketsPdf>[1]) => async (symbology: Symbology, texts: string[]) =>
  [
    await ticketsPdf(
      texts.map((text) => ({ symbology, text })),
      layout,
    ),
    'application/pdf',
  ] as [Uint8Array, FileType]

const kinds: Kind[] = [
  { name: 'a PDF', tickets: 1, file: pdfOf() },
  { name: 'a PDF, quarter turned', tickets: 1, file: pdfOf({ rotated: 90 }) },
  { name: 'a PDF, on its head', tickets: 1, file: pdfOf({ rotated: 180 }) },
  { name: 'a PDF, a little askew', tickets: 1, file: pdfOf({ rotated: 4 }) },
  { name: 'a PDF, two below each other', tickets: 2, file: pdfOf({ rows: 2 }) },
  { name: 'a PDF, four', tickets: 4, file: pdfOf({ columns: 2, rows: 2 }) },
  { name: 'an A4 sheet of six', tickets: 6, file: pdfOf({ columns: 2, rows: 3 }) },
  { name: 'a transparent PNG', tickets: 1, file: async (s, [t = '']) => [await drawnPng(s, t), 'image/png'] },
  { name: 'a JPEG', tickets: 1, file: async (s, [t = '']) => [await photoOf(s, t), 'image/jpeg'] },
  {
    name: 'a scan at 150 dpi',
    tickets: 1,
    file: async (symbology, [text = '']) => [await scanned(await ticketsPdf([{ symbology, text }])), 'image/jpeg'],
  },
  {
    name: 'a scan at 150 dpi of two',
    tickets: 2,
    file: async (symbology, texts) => [
      await scanned(await ticketsPdf(texts.map((text) => ({ symbology, text })))),
      'image/jpeg',
    ],
  },
  {
    name: 'a pass',
    tickets: 1,
    file: async (symbology, [text = '']) =>
      symbology === 'datamatrix'
        ? [await ticketsPdf([{ symbology, text }], { size: [300, 300] }), 'application/pdf']
        : [passOf(symbology, text), 'application/vnd.apple.pkpass'],
  },
]

// Guarantee: what a scanner at the door reads is what is read here, however the ticket was made.
for (const symbology of symbologies)
  for (const { name, tickets, file } of kinds)
    test(`${symbology}: ${name}`, async () => {
      const texts = Array.from({ length: tickets }, () => newText(symbology))
      const [bytes, type] = await file(symbology, texts)
      const opened = await reader.open(bytes, type)
      expect(opened.map(({ barcode }) => Buffer.from(barcode?.bytes ?? []).toString('latin1')).sort()).toEqual(texts)
      // What a buyer is given shows the ticket that was bought, and no other.
      for (const { barcode, pdf } of opened)
        expect(await textsIn(pdf, 'application/pdf')).toEqual([Buffer.from(barcode?.bytes ?? []).toString('latin1')])
    }, 60_000)

const hugePdf = async (size: [number, number]) => {
  const pdf = await PDFDocument.create()
  pdf.addPage(size).drawText('nothing to read here', { x: 10, y: 10, size: 10 })
  return pdf.save()
}

const unfoldingPdf = (unfoldedMb: number): Buffer => {
  // The format allows a stream to be packed twice, so that a kilobyte is a gigabyte.
  const once = deflateSync(Buffer.alloc(unfoldedMb * 1024 * 1024, 0x20), { level: 9 })
  const twice = deflateSync(once, { level: 9 })
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>',
  ]
  const parts = ['%PDF-1.7\n', ...objects.map((object, i) => `${i + 1} 0 obj\n${object}\nendobj\n`)]
  const head = Buffer.from(
    `${parts.join('')}4 0 obj\n<< /Length ${twice.length} /Filter [/FlateDecode /FlateDecode] >>\nstream\n`,
  )
  return Buffer.concat([head, twice, Buffer.from('\nendstream\nendobj\ntrailer\n<< /Root 1 0 R /Size 5 >>\n%%EOF\n')])
}

const nestedForms = (levels: number): Buffer => {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /XObject << /F 5 0 R >> >> /Contents 4 0 R >>',
    '<< /Length 4 >>\nstream\n/F Do\nendstream',
  ]
  for (let i = 0; i < levels; i++) {
    const next = i + 1 < levels ? `/Resources << /XObject << /F ${6 + i} 0 R >> >>` : ''
    const draw = (i + 1 < levels ? '/F Do ' : '0 0 9 9 re f ').repeat(10)
    objects.push(
      `<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] ${next} /Length ${draw.length} >>\nstream\n${draw}\nendstream`,
    )
  }
  const body = objects.map((object, i) => `${i + 1} 0 obj\n${object}\nendobj\n`).join('')
  return Buffer.from(`%PDF-1.7\n${body}trailer\n<< /Root 1 0 R /Size ${objects.length + 1} >>\n%%EOF\n`)
}

/** The header of a picture of 30,000 by 30,000 pixels, with next to nothing behind it. */
const giantPng = (): Buffer => {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    crc.writeUInt32BE(Bun.hash.crc32(body))
    return Buffer.concat([length, body, crc])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(30_000, 0)
  header.writeUInt32BE(30_000, 4)
  header.set([8, 6, 0, 0, 0], 8)
  const data = deflateSync(Buffer.alloc(8 * 1024 * 1024))
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))])
}

const hostile: [string, () => Promise<[Uint8Array, FileType]>][] = [
  ['a megabyte that unfolds to one gigabyte', async () => [unfoldingPdf(1_000), 'application/pdf']],
  ['a page of 14,400 points', async () => [await hugePdf([14_400, 14_400]), 'application/pdf']],
  ['forms within forms', async () => [nestedForms(12), 'application/pdf']],
  ['a picture of 30,000 squared', async () => [giantPng(), 'image/png']],
  [
    'a pass that lies about its size',
    async () => [
      zipOf('pass.json', Buffer.alloc(200 * 1024 * 1024, 0x20), { saidBytes: 10 }),
      'application/vnd.apple.pkpass',
    ],
  ],
]

// Guarantee: a file that was made to hurt is refused within its bounds of time and memory, and the next one is read.
for (const [name, make] of hostile)
  test(`${name} is refused`, async () => {
    const [bytes, type] = await make()
    Bun.gc(true)
    const before = process.memoryUsage().rss
    let peak = before
    const watching = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20)
    const started = performance.now()
    const error = await reader.open(bytes, type).catch((thrown: unknown) => thrown)
    const took = performance.now() - started
    clearInterval(watching)
    expect(error instanceof FileUnreadableError || error instanceof NoBarcodeError).toBe(true)
    expect(took).toBeLessThan(20_000)
    expect((peak - before) / 1024 / 1024).toBeLessThan(700)
    expect(await textsIn(await photoOf('qr', 'AFTER-THAT'), 'image/jpeg')).toEqual(['AFTER-THAT'])
  }, 60_000)

test('more than a queue of files is told to come back', async () => {
  const busy = createReader({ maxWaiting: 2 })
  const photo = await photoOf('qr', 'QUEUE')
  const answers = await Promise.allSettled(Array.from({ length: 4 }, () => busy.open(photo, 'image/jpeg')))
  busy.stop()
  expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected'])
  const [refused] = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []))
  expect(refused).toMatchObject({ status: 503, retryAfterSeconds: 5 })
}, 60_000)
