import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { showProgress } from '../progress.ts'
import { cached } from './cache.ts'
import { SourceRefused } from './download.ts'
import { makeExecutable, type Part, platform, versionOf } from './program.ts'
import { run } from './run.ts'

const programs = ['prometheus', 'promtool']
const fetchLimitMs = 3 * 60_000

/**
 * Prometheus and its promtool: from PATH, or out of Debian's package, which is not installed (that would start it as a
 * service) but unpacked into the cache.
 * @returns undefined where there is neither
 */
export const findPrometheus = async (): Promise<{ prometheus: Part; promtool: string } | undefined> => {
  const [onPath, promtool] = [Bun.which('prometheus'), Bun.which('promtool')]
  if (onPath && promtool) {
    const version = await versionOf(onPath, '--version')
    if (version) return { prometheus: { path: onPath, env: {}, version, source: 'PATH' }, promtool }
  }
  try {
    const folder = await cached(`prometheus-${platform()}`, fromDebian)
    const path = join(folder, 'prometheus')
    const version = await versionOf(path, '--version')
    if (!version) return undefined
    return { prometheus: { path, env: {}, version, source: 'the cache' }, promtool: join(folder, 'promtool') }
  } catch (error) {
    if (error instanceof SourceRefused) return undefined
    throw error
  }
}

const fromDebian = async (folder: string) => {
  if (!Bun.which('apt-get') || !Bun.which('dpkg-deb')) throw new SourceRefused('there are no Debian packages here')
  const progress = showProgress('Fetching Prometheus from Debian packages')
  try {
    const options = { cwd: folder, timeoutMs: fetchLimitMs }
    const { ok, stderr } = await run(['apt-get', 'download', '-q', 'prometheus'], options)
    const [archive] = await Array.fromAsync(new Bun.Glob('prometheus_*.deb').scan({ cwd: folder }))
    if (!ok || !archive) throw new SourceRefused(`apt-get has no prometheus: ${stderr.trim().slice(-200)}`)
    const unpacked = await run(['dpkg-deb', '-x', archive, 'package'], options)
    if (!unpacked.ok) throw new SourceRefused(`the package of Prometheus cannot be unpacked: ${unpacked.stderr}`)
    for (const name of programs) copyFileSync(join(folder, 'package/usr/bin', name), join(folder, name))
    await run(['rm', '-rf', 'package', archive], options)
    makeExecutable(folder, ...programs)
  } finally {
    progress.end()
  }
}
