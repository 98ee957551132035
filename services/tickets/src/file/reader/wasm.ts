import { readFile } from 'node:fs/promises'

/**
 * What is in a `.wasm` that was imported as bytes: of Bun one gets the path to it all the same, and where the service is one
 * file, from there.
 */
export const readWasm = async (imported: unknown): Promise<ArrayBuffer> => {
  const bytes = imported instanceof Uint8Array ? imported : await readFile(new URL(String(imported), import.meta.url))
  return new Uint8Array(bytes).buffer
}
