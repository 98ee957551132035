import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { takeLock } from './build-lock.ts'

const webFolder = import.meta.dir
const sources = [
  { cwd: webFolder, patterns: ['src/**/*', 'public/*', '*.ts', '*.json'] },
  {
    cwd: join(webFolder, '../sdk/src'),
    patterns: ['errors.ts', 'accept-language.ts', 'values/*.ts', 'telemetry/*.ts', 'runtime/*.ts', 'dapr/endpoint.ts'],
  },
]
const lockFile = join(webFolder, 'node_modules/.fairpass-build-lock')
const waitTimeoutMs = 300_000

/** For the region, which one process serves, and for the edge, where workers do. */
type Target = { output: string; env: Record<string, string> }
const region: Target = { output: '.output', env: {} }
const edge: Target = { output: '.output-edge', env: { EDGE: 'true' } }

/** Whether there is a build that is newer than all that it was made of. */
const isFresh = async ({ output }: Target): Promise<boolean> => {
  const built = Bun.file(join(webFolder, output, 'nitro.json'))
  if (!(await built.exists())) return false
  for (const { cwd, patterns } of sources) {
    for (const pattern of patterns) {
      for await (const file of new Bun.Glob(pattern).scan({ cwd })) {
        if (!file.endsWith('.test.ts') && Bun.file(join(cwd, file)).lastModified > built.lastModified) return false
      }
    }
  }
  return true
}

const build = async (target: Target): Promise<void> => {
  // The caller may be a test or a development shell, whose NODE_ENV would put the framework's developer tools into the build.
  const env = { ...process.env, NODE_ENV: 'production', EDGE: '', ...target.env }
  const vite = Bun.spawn([process.execPath, 'run', 'build'], { cwd: webFolder, env, stdout: 'pipe', stderr: 'pipe' })
  const [said, complained, code] = await Promise.all([
    new Response(vite.stdout).text(),
    new Response(vite.stderr).text(),
    vite.exited,
  ])
  if (code !== 0) throw new Error(`The web app could not be built:\n${said}${complained}`)
}

/** Builds when something has changed since; of several that ask at once, one builds and the others wait for it. */
const buildTarget = async (target: Target): Promise<void> => {
  const deadline = Date.now() + waitTimeoutMs
  await mkdir(join(webFolder, 'node_modules'), { recursive: true })
  while (!(await isFresh(target))) {
    using lock = takeLock(lockFile)
    if (lock !== undefined) {
      // The previous holder of the lock may have built it meanwhile.
      if (!(await isFresh(target))) await build(target)
      return
    }
    if (Date.now() > deadline) throw new Error(`Another build of the web app does not end; it holds ${lockFile}`)
    await Bun.sleep(200)
  }
}

export const buildUnlessFresh = () => buildTarget(region)

/** The same app as a module for workers (`.output-edge`). */
export const buildForEdgeUnlessFresh = () => buildTarget(edge)
