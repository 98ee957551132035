import { CustomError } from '@fairpass/sdk/errors'

export const symbologies = ['qr', 'aztec', 'pdf417', 'datamatrix', 'code128'] as const
export type Symbology = (typeof symbologies)[number]

/** What lets its bearer in: what a scanner at the door reads, byte for byte. */
export type Barcode = { symbology: Symbology; bytes: Uint8Array }

/** A file as it may be uploaded: its media type, and how such a file begins. */
export const fileTypes = {
  'application/pdf': '%PDF-',
  'image/png': '\x89PNG\r\n\x1a\n',
  'image/jpeg': '\xff\xd8\xff',
  'application/vnd.apple.pkpass': 'PK\x03\x04',
} as const
export type FileType = keyof typeof fileTypes

export const isFileType = (type: string): type is FileType => Object.hasOwn(fileTypes, type)

/** The largest file that is taken, in bytes. */
export const maxFileBytes = 3 * 1024 * 1024

/** A PDF may have something before its header, within the first kilobyte (ISO 32000-1, Annex H.3.4.1). */
const headBytes = 1024

/** The kind of file that the bytes themselves say they are. */
export const typeOf = (bytes: Uint8Array): FileType | undefined => {
  const head = Buffer.from(bytes.subarray(0, headBytes)).toString('latin1')
  for (const [type, start] of Object.entries(fileTypes) as [FileType, string][])
    if (head.startsWith(start) || (type === 'application/pdf' && head.includes(start))) return type
  return undefined
}

export class FileUnreadableError extends CustomError {
  readonly code = 'file_unreadable'
  constructor(why = 'This file cannot be read') {
    super(why)
  }
}

export class NoBarcodeError extends CustomError {
  readonly code = 'no_barcode'
  constructor() {
    super('No barcode was found in this file')
  }
}

export class TicketAlreadyListedError extends CustomError {
  readonly code = 'ticket_already_listed'
  constructor() {
    super('This ticket is on sale or sold already')
  }
}

/** What is shorter may be a number that any organiser counts up to. */
const shortestPayload = 8
/** What is shorter, in bars, is a seat or a price. */
const shortestInBars = 6

const textOf = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return Buffer.from(bytes).toString('latin1')
  }
}

/**
 * What a barcode says, however it is drawn and encoded: the QR of a PDF may be the Aztec of the pass for the same ticket.
 * Blanks, line ends and GS1's separator around it say nothing. Undefined when it is so short that another ticket's may say the same.
 */
export const payloadOf = ({ bytes }: Pick<Barcode, 'bytes'>): string | undefined => {
  const text = textOf(bytes)
    .normalize()
    .replace(/^[\s\p{Cc}]+|[\s\p{Cc}]+$/gu, '')
  return text.length < shortestPayload ? undefined : text
}

/** Both say the same: one ticket, even when it is printed in two symbologies. */
export const isSame = (a: Barcode, b: Barcode): boolean => {
  if (a.symbology === b.symbology && Buffer.compare(a.bytes, b.bytes) === 0) return true
  const payload = payloadOf(a)
  return payload !== undefined && payload === payloadOf(b)
}

/** Whether it can be a ticket's: what stands on everybody's alike, as a seat number in bars or the organiser's home page, is none. */
export const isTicketCode = ({ symbology, bytes }: Barcode): boolean => {
  const text = textOf(bytes).trim()
  if (symbology === 'code128') return text.length >= shortestInBars
  return !/^https?:\/\/[^/?#]*\/?$/i.test(text)
}
