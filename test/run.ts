// `bun run test`: brings what the tests need, runs them all, and ends with `N passed, N failed`.
// Only Bun's own modules may be imported here: on a fresh machine no package is installed yet.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = new URL('..', import.meta.url).pathname
const limitMs = 60_000

const run = async (...command: string[]) => {
  const child = Bun.spawn([process.execPath, ...command], {
    cwd: root,
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'inherit',
  })
  const end = (signal: NodeJS.Signals) => child.kill(signal)
  process.once('SIGINT', end).once('SIGTERM', end)
  const code = await child.exited
  process.off('SIGINT', end).off('SIGTERM', end)
  return code
}

const attribute = (report: string, name: string) => {
  const suites = /<testsuites[^>]*>/.exec(report)?.[0] ?? ''
  return Number(new RegExp(`${name}="(\\d+)"`).exec(suites)?.[1] ?? Number.NaN)
}

const help = `bun run test [PATTERN…]   runs all tests, or those whose path contains a PATTERN
It installs packages and finds or builds daprd, mongod and redis-server first, as \`bun run up\` does, and Chromium.`

if (process.argv.includes('--help')) {
  console.log(help)
  process.exit(0)
}

const prepared = await run('dapr/up/main.ts', '--parts')
if (prepared !== 0) process.exit(prepared)
// Without a browser everything else is tested all the same; the tests that need one fail and say why.
const patterns = process.argv.slice(2)
if (patterns.length === 0 || patterns.some((pattern) => pattern.includes('browser')))
  await run('test/browser/install.ts')

const folder = mkdtempSync(join(tmpdir(), 'fairpass-report-'))
const report = join(folder, 'junit.xml')
const code = await run('test', `--timeout=${limitMs}`, '--reporter=junit', `--reporter-outfile=${report}`, ...patterns)
const text = await Bun.file(report)
  .text()
  .catch(() => '')
rmSync(folder, { recursive: true, force: true })
const [tests, failures, skipped] = ['tests', 'failures', 'skipped'].map((name) => attribute(text, name)) as [
  number,
  number,
  number,
]
if (Number.isNaN(tests)) {
  console.error('The tests ended before they could report; see above.')
  process.exit(code || 1)
}
// A file that cannot even be loaded counts for no test, but for the exit code.
const failed = failures === 0 && code !== 0 ? 1 : failures
console.log(`${tests - failures - skipped} passed, ${failed} failed`)
process.exit(failed > 0 ? 1 : code)
