import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'

/** The promises of docs/design.md, and who may call what. */
type Promised = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 'access'

/** `text` stands in `file` exactly once; `by` takes its place. */
type Removal = { file: string; text: string; by: string }

export type Guard = {
  promise: Promised
  /** what is wrong once it is out */
  name: string
  out: Removal[]
  /** the test that must then fail; `name` is all of it, without the names of what it stands in */
  test: { file: string; name: string }
}

/** A guard that is not where the list says, so nothing can be concluded about it. */
export class GuardMoved extends Error {
  override readonly name = 'GuardMoved'
}

const countOf = (whole: string, part: string) => whole.split(part).length - 1

const refuseBrokenSyntax = (file: string, text: string) => {
  if (extname(file) === '.ts') new Bun.Transpiler({ loader: 'ts' }).transformSync(text)
}

const replaced = (before: string, { file, text, by }: Removal): string => {
  const count = countOf(before, text)
  if (count !== 1) throw new GuardMoved(`its text stands in ${file} ${count} times, not once: ${text}`)
  const after = before.replace(text, () => by)
  try {
    refuseBrokenSyntax(file, after)
  } catch (error) {
    throw new GuardMoved(`${file} is no TypeScript without it: ${String(error)}`)
  }
  return after
}

/**
 * The text of each file in `folder` that a guard stands in, as it is without the guard.
 * @throws GuardMoved
 */
export const sourcesWithout = (folder: string, { out }: Guard): Map<string, string> => {
  const sources = new Map<string, string>()
  for (const removal of out) {
    const before = sources.get(removal.file) ?? readFileSync(join(folder, removal.file), 'utf8')
    sources.set(removal.file, replaced(before, removal))
  }
  return sources
}

/**
 * Takes a guard out of the sources in `folder`.
 * @returns what puts it back, with the time of its last change: whatever was built from it stays fresh
 * @throws GuardMoved, and then nothing has changed
 */
export const takeOut = (folder: string, guard: Guard): (() => void) => {
  const putBack: (() => void)[] = []
  for (const [file, after] of sourcesWithout(folder, guard)) {
    const path = join(folder, file)
    const before = readFileSync(path)
    const { atime, mtime } = statSync(path)
    putBack.push(() => {
      writeFileSync(path, before)
      utimesSync(path, atime, mtime)
    })
    writeFileSync(path, after)
  }
  return () => {
    for (const undo of putBack) undo()
  }
}
