import { readFile } from 'node:fs/promises'

/**
 * What is in a `.wasm` that was imported as bytes: of Bun one gets the path to it all the same, in a bundle beside which it
 * lies a relative one, wherever the process was started.
 */
export const readWasm = async (imported: unknown): Promise<ArrayBuffer> => {
  const bytes = imported instanceof Uint8Array ? imported : await readFile(new URL(String(imported), import.meta.url))
  return new Uint8Array(bytes).buffer
}
