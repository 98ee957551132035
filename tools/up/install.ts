import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { waitForLock } from '../servers/lock.ts'
import { showProgress } from '../servers/progress.ts'
import { root } from '../servers/root.ts'
import { UserError } from '../servers/user-error.ts'

const installLimitMs = 10 * 60_000

/** What has to be installed: the lockfile, and the patches, of which it knows no more than their names. */
export const versionOfPackages = (folder: string): string => {
  const patches = join(folder, 'sdk', 'patches')
  const hash = createHash('sha256').update(readFileSync(join(folder, 'bun.lock')))
  for (const name of readdirSync(patches).sort()) hash.update(readFileSync(join(patches, name)))
  return hash.digest('hex')
}

/** Installs the workspace's packages when they are missing or of another version. Needs no package itself. */
export const installPackages = async () => {
  const stamp = join(root, 'node_modules', '.fairpass-lock')
  const wanted = versionOfPackages(root)
  const isInstalled = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
  if (isInstalled()) return
  const lock = await waitForLock(join(root, 'node_modules', '.fairpass-install.lock'), installLimitMs, () =>
    console.log('Another run is installing packages; waiting for it'),
  )
  try {
    if (isInstalled()) return
    await install()
    writeFileSync(stamp, wanted)
  } finally {
    lock.release()
  }
}

const install = async () => {
  const progress = showProgress('Installing packages')
  const child = Bun.spawn([process.execPath, 'install', '--frozen-lockfile'], {
    cwd: root,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: installLimitMs,
  })
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  progress.end()
  if (code !== 0) {
    const reason = `${stderr}\n${stdout}`
      .split('\n')
      .find((line) => /error/i.test(line))
      ?.trim()
    throw new UserError(
      `The packages could not be installed (${reason ?? `exit code ${code}`}); ` +
        'see that the npm registry can be reached and the disk is not full, then start again.',
    )
  }
}
