// `bun run test`: brings what the tests need, runs them all, and ends with `N passed, N failed`.
// Only Bun's own modules may be imported here: on a fresh machine no package is installed yet.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { failuresIn, skippedIn } from './junit.ts'

const root = new URL('..', import.meta.url).pathname
const limitMs = 60_000
const after = 'test/after'

const run = async (command: string[], env: Record<string, string> = {}) => {
  const child = Bun.spawn([process.execPath, ...command], {
    cwd: root,
    env: { ...process.env, ...env },
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

const help = `bun run test [PATTERN…]   runs all tests, or those whose path contains a PATTERN
--update-timings          notes in test/timings.json how long each file took, by which the next runs are ordered
It installs packages and finds or builds daprd, mongod and redis-server first, as \`bun run up\` does, and Chromium.`

if (process.argv.includes('--help')) {
  console.log(help)
  process.exit(0)
}

const unknown = process.argv.slice(2).find((argument) => argument.startsWith('-') && argument !== '--update-timings')
if (unknown) {
  console.error(`"${unknown}" is not known here; "bun run test --help" tells what is.`)
  process.exit(64)
}

const prepared = await run(['tools/up/main.ts', '--parts'])
if (prepared !== 0) process.exit(prepared)
// Without a browser everything else is tested all the same; the tests that need one fail and say why.
const isUpdatingTimings = process.argv.includes('--update-timings')
const patterns = process.argv.slice(2).filter((argument) => argument !== '--update-timings')
if (patterns.length === 0 || patterns.some((pattern) => pattern.includes('browser')))
  await run(['test/browser/install.ts'])
if (patterns.length === 0 || patterns.some((pattern) => pattern.includes('payments')))
  await run(['tools/stripe-double/openapi/install.ts'])

type Count = { passed: number; failed: number; failures: string[]; skipped: string[] }

const folder = mkdtempSync(join(tmpdir(), 'fairpass-run-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const runTests = async (name: string, options: readonly string[], env: Record<string, string> = {}): Promise<Count> => {
  const report = join(folder, `${name}.xml`)
  const reporting = ['--reporter=junit', `--reporter-outfile=${report}`]
  const code = await run(['test', `--timeout=${limitMs}`, ...reporting, ...options], {
    TEST_RUN_FOLDER: folder,
    ...env,
  })
  const text = existsSync(report) ? await Bun.file(report).text() : ''
  const suites = /<testsuites[^>]*>/.exec(text)?.[0] ?? ''
  const count = (what: string) => Number(new RegExp(`${what}="(\\d+)"`).exec(suites)?.[1] ?? Number.NaN)
  const [tests, failures, skipped] = [count('tests'), count('failures'), count('skipped')]
  if (Number.isNaN(tests)) {
    console.error('The tests ended before they could report; see above.')
    process.exit(code || 1)
  }
  return {
    passed: tests - failures - skipped,
    // A file that cannot even be loaded counts for no test, but for the exit code.
    failed: failures === 0 && code !== 0 ? 1 : failures,
    failures: failuresIn(text, name),
    skipped: skippedIn(text),
  }
}

// Much of the time is spent waiting for an order to run out of time, so two files at once fit on two cores.
// Each group has processes and servers of its own, so what hangs in one does not take the others along.
const groups: [string, string[]][] =
  patterns.length > 0
    ? [['all', patterns]]
    : [
        ['services', ['sdk/src', 'services/']],
        ['e2e', ['test/e2e']],
        ['browser', ['test/browser', 'web/']],
        [
          'rest',
          ['sdk', 'services', 'test/e2e', 'test/browser', 'web'].map((folder) => `--path-ignore-patterns=${folder}/**`),
        ],
      ]
// The slowest files start first, or one of them would be left to run alone at the end.
const timings = ['--timings=test/timings.json', ...(isUpdatingTimings ? ['--update-timings'] : [])]
const inParallel = ['--parallel=2', '--no-isolate', ...timings, `--path-ignore-patterns=${after}/**`]
const counts: Count[] = []
for (const [name, some] of groups) counts.push(await runTests(name, [...inParallel, ...some]))
// The same promises once more, kept by the same services on Deno: two minutes and a half.
const onBothRuntimes = ['purchase', 'crash', 'money', 'expiry', 'identity', 'trace'].map(
  (it) => `test/e2e/${it}.test.ts`,
)
if (patterns.length === 0) counts.push(await runTests('deno', [...inParallel, ...onBothRuntimes], { RUNTIME: 'deno' }))
// The logs of all of them are checked when they have ended.
if (patterns.length === 0) counts.push(await runTests('after', [after]))
const sum = (what: 'passed' | 'failed') => counts.reduce((total, count) => total + count[what], 0)
const skipped = counts.flatMap((count) => count.skipped)
for (const name of skipped) console.log(`skipped: ${name}`)
for (const failure of counts.flatMap(({ failures }) => failures)) console.log(failure)
console.log(
  [`${sum('passed')} passed`, `${sum('failed')} failed`, ...(skipped.length ? [`${skipped.length} skipped`] : [])].join(
    ', ',
  ),
)
process.exit(sum('failed') > 0 ? 1 : 0)
