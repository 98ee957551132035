import { readFile } from 'node:fs/promises'

/** What is in a `.wasm` that was imported as bytes: Bun gives the path to it all the same. */
export const readWasm = async (file: string | Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> =>
  typeof file === 'string' ? new Uint8Array(await readFile(file)).buffer : file.buffer
