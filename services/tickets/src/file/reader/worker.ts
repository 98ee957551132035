import { type Barcode, type FileType, FileUnreadableError, NoBarcodeError } from '../barcode.ts'

export type Task = { bytes: Uint8Array; type: FileType; withoutBarcode: boolean }
export type Result =
  | { is: 'ready' }
  | { is: 'opened'; tickets: { barcode: Barcode | undefined; pdf: Uint8Array }[] }
  | { is: 'refused'; code: 'file_unreadable' | 'no_barcode'; message: string }
  /** the libraries may be left in any state: nothing more is to be read here */
  | { is: 'broken'; message: string }

declare const self: Worker

const pageBytes = 65_536
/** What each of the libraries may have, in bytes; no worker of Bun has a limit of its own. */
const maxMemoryBytes = 256 * 1024 * 1024

// A file of a kilobyte can unfold to gigabytes. What a library is not given, it has to do without.
const { grow } = WebAssembly.Memory.prototype
WebAssembly.Memory.prototype.grow = function (pages) {
  if (this.buffer.byteLength + pages * pageBytes > maxMemoryBytes)
    throw new RangeError('this file needs more memory than any ticket does')
  return grow.call(this, pages)
}

// The libraries take their memory when they are loaded, so they are loaded after the bound is set.
const [{ openFile }, { prepareBarcodes }, { preparePdf }] = await Promise.all([
  import('./open-file.ts'),
  import('./barcodes.ts'),
  import('./pdf.ts'),
])
await Promise.all([prepareBarcodes(), preparePdf()])

/** What the libraries say of a file that is none, before anything of it was unpacked; it leaves them as they were. */
const isHarmless = (error: unknown): boolean =>
  error instanceof Error &&
  /^(ERR_IMAGE_|File not|Password|Unsupported security|Unknown error|Page not found|PDF Loading)/.test(
    'code' in error ? String(error.code) : error.message,
  )

const work = async ({ bytes, type, withoutBarcode }: Task): Promise<Result> => {
  try {
    return { is: 'opened', tickets: await openFile(bytes, type, { withoutBarcode }) }
  } catch (error) {
    if (error instanceof FileUnreadableError || error instanceof NoBarcodeError)
      return { is: 'refused', code: error.code, message: error.message }
    if (isHarmless(error)) return { is: 'refused', code: 'file_unreadable', message: 'This file cannot be read' }
    return { is: 'broken', message: String(error) }
  }
}

self.onmessage = async ({ data }: MessageEvent<Task>) => self.postMessage(await work(data))
self.postMessage({ is: 'ready' } satisfies Result)
