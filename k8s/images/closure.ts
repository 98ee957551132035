import { dirname } from 'node:path'
import { run } from '@fairpass/servers'
import type { Content } from './layer.ts'

/**
 * A program of this machine and the shared libraries that it is linked to, so that it runs in an empty image. Libraries
 * from unusual folders (`env.LD_LIBRARY_PATH`) go beside libc, where the loader searches by default.
 */
export const programWithLibraries = async (
  path: string,
  at: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Content[]> => {
  const { stdout } = await run(['ldd', path], { env: { ...process.env, ...env }, timeoutMs: 15_000 })
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1] ?? '')
  const libc = libraries.find((library) => /\/libc\.so/.test(library))
  if (!libc) throw new Error(`${path} is not linked to a libc that could be found:\n${stdout}`)
  const isUsual = (library: string) => /^(\/usr)?\/lib(64)?\//.test(library)
  return [
    { at, from: path },
    ...libraries.map((library) => ({
      at: isUsual(library) ? library : `${dirname(libc)}/${library.split('/').at(-1)}`,
      from: library,
    })),
  ]
}
