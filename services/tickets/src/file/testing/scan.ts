import type { FileType } from '../barcode.ts'
import { createReader } from '../reader/reader.ts'

/** What a scanner reads in a file, in order. */
export const scan = async (bytes: Uint8Array, type: FileType): Promise<string[]> => {
  const reader = createReader()
  try {
    const tickets = await reader.open(bytes, type)
    return tickets.map(({ barcode }) => Buffer.from(barcode?.bytes ?? []).toString('latin1')).sort()
  } finally {
    reader.stop()
  }
}
