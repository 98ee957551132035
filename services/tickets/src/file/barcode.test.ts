import { expect, test } from 'bun:test'
import { type Barcode, isSame, isTicketCode, payloadOf, type Symbology } from './barcode.ts'

const code = (symbology: Symbology, text: string, encoding: BufferEncoding = 'utf8'): Barcode => ({
  symbology,
  bytes: Buffer.from(text, encoding),
})

test('the same text is the same ticket, in whatever symbology and encoding it is printed', () => {
  const qr = code('qr', 'Loge-Ä-00017')
  const others = [
    code('aztec', 'Loge-Ä-00017'),
    code('pdf417', 'Loge-Ä-00017', 'latin1'),
    code('code128', 'Loge-Ä-00017\r\n', 'latin1'),
    code('datamatrix', '\x1dLoge-Ä-00017 '),
    code('qr', 'Loge-A\u0308-00017'),
  ]
  for (const other of others) expect(isSame(qr, other)).toBe(true)
  for (const other of ['Loge-Ä-00018', 'loge-ä-00017', 'Loge-Ä-0001'])
    expect(isSame(qr, code('aztec', other))).toBe(false)
})

test('bytes that are no text are told apart, too', () => {
  const bytes = Buffer.from([0, 255, 254, 1, 128, 129, 130, 131, 200, 201])
  const other = Buffer.from(bytes)
  other[4] = 127
  expect(isSame({ symbology: 'qr', bytes }, { symbology: 'aztec', bytes })).toBe(true)
  expect(isSame({ symbology: 'qr', bytes }, { symbology: 'aztec', bytes: other })).toBe(false)
})

test('a number that anybody may count up to is the same only in its own symbology', () => {
  expect(payloadOf(code('qr', '0000042'))).toBeUndefined()
  expect(isSame(code('qr', '0000042'), code('aztec', '0000042'))).toBe(false)
  expect(isSame(code('qr', '0000042'), code('qr', '0000042'))).toBe(true)
})

test('a seat in bars and the organiser’s home page are on everybody’s ticket, and are none', () => {
  for (const no of [code('code128', '12 A'), code('code128', '00042'), code('qr', 'https://opera.example/')])
    expect(isTicketCode(no)).toBe(false)
  for (const yes of [code('code128', '400123'), code('qr', '0042'), code('qr', 'https://opera.example/t/8Q2')])
    expect(isTicketCode(yes)).toBe(true)
})
