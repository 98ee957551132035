import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Guard, takeOut } from './guard.ts'
import { type Ending, readReport } from './report.ts'
import { run } from './run.ts'

type Test = Guard['test']

const testLimitMs = 60_000

/** Runs some tests of the sources in `folder` and returns how each ended; undefined for one that never came to run. */
export const tryTests = async (folder: string, tests: readonly Test[], limitMs: number) => {
  if (tests.length === 0) return { output: '', endingOf: (): Ending | undefined => undefined }
  // Where git looks for no change, and one run of tests at a time.
  const report = join(folder, 'node_modules', '.fairpass-guards.xml')
  rmSync(report, { force: true })
  const files = [...new Set(tests.map(({ file }) => `./${file}`))]
  const pattern = [...new Set(tests.map(({ name }) => RegExp.escape(name)))].join('|')
  const command = [
    ...[process.execPath, 'test', `--timeout=${testLimitMs}`, '--reporter=junit', `--reporter-outfile=${report}`],
    ...[...files, '-t', pattern],
  ]
  const { output, isTooLate } = await run({ command, cwd: folder, limitMs })
  const text = await Bun.file(report)
    .text()
    .catch(() => '')
  const endings = readReport(text)
  return {
    output: isTooLate ? `${output}\nkilled after ${limitMs / 1000} s` : output,
    endingOf: ({ file, name }: Test): Ending | undefined => endings.of(file, name),
  }
}

/** What came of taking a guard out: its test failed, or the guard is not shown and `why` says how far it got. */
export type Verdict = { isShown: boolean; message: string; why: string }

/** Takes one guard out of `folder`, runs its test and puts the guard back. */
export const tryWithout = async (folder: string, guard: Guard, limitMs: number): Promise<Verdict> => {
  const putBack = takeOut(folder, guard)
  try {
    const { endingOf, output } = await tryTests(folder, [guard.test], limitMs)
    const ending = endingOf(guard.test)
    const tail = output.trim().slice(-2_000)
    if (!ending) return { isShown: false, message: 'the test did not come to run', why: tail }
    if (ending.outcome === 'failed')
      return { isShown: true, message: 'test failed as it should', why: ending.message || 'it threw' }
    return { isShown: false, message: `THE TEST ${ending.outcome.toUpperCase()} WITHOUT IT`, why: '' }
  } finally {
    putBack()
  }
}
