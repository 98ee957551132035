import type { Api } from '../server/api/api.ts'

const typeByExtension: Record<string, string> = {
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  pkpass: 'application/vnd.apple.pkpass',
}

/** The file that was chosen in a form; a field that was left empty comes as an empty file, and in Bun without any name. */
export const fileIn = (files: readonly File[]): File | undefined =>
  files.find(({ name, size }) => size > 0 || Boolean(name))

/** Browsers send files of unknown types with any media type. */
const typeOf = ({ name, type }: File): string => {
  const known = typeByExtension[(name || '').split('.').at(-1)?.toLowerCase() ?? '']
  return Object.values(typeByExtension).includes(type) ? type : (known ?? (type || 'application/octet-stream'))
}

export const upload = async (api: Api, ticketId: string, file: File, withoutBarcode: boolean) =>
  api('POST', `/api/tickets/${ticketId}/file${withoutBarcode ? '?withoutBarcode=true' : ''}`, {
    file: { type: typeOf(file), bytes: new Uint8Array(await file.arrayBuffer()) },
  })
