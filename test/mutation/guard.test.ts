import { expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Guard, GuardMoved, sourcesWithout, takeOut } from './guard.ts'
import { guards } from './list/index.ts'
import { readReport } from './report.ts'

const root = new URL('../..', import.meta.url).pathname

const valuesPutIn = /%[sdp]|\$\{[^}]*\}/

/** Whether a file has a test of this very name, as it is written or with values put in. */
const hasTest = ({ file, name }: Guard['test']): boolean => {
  const literals = readFileSync(join(root, file), 'utf8').matchAll(/(['"`])((?:\\.|(?!\1)[^\\\n])*)\1/g)
  return [...literals].some(([, , title = '']) => {
    const parts = title.split(valuesPutIn)
    return parts.join('').length > 5 && new RegExp(`^${parts.map(RegExp.escape).join('.+')}$`).test(name)
  })
}

// Guarantee: whoever moves a guard moves it in the list, too. `bun run mutation` takes each out and sees its test fail.
test('the list knows where each guard stands, and which test tells', () => {
  const moved = guards.flatMap((guard) => {
    if (!existsSync(join(root, guard.test.file))) return [`${guard.name}: there is no ${guard.test.file}`]
    if (!hasTest(guard.test)) return [`${guard.name}: ${guard.test.file} has no test "${guard.test.name}"`]
    try {
      sourcesWithout(root, guard)
      return []
    } catch (error) {
      return [`${guard.name}: ${String(error)}`]
    }
  })
  expect(moved).toEqual([])
})

test('no two guards are called the same', () => {
  const names = guards.map(({ name }) => name)
  expect(names.toSorted()).toEqual([...new Set(names)].toSorted())
})

const door = (out: Guard['out']): Guard => ({ promise: 1, name: 'a door', out, test: { file: 'x', name: 'y' } })

test('a guard is taken out and put back, and nothing seems to have changed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairpass-guard-test-'))
  try {
    mkdirSync(join(folder, 'src'))
    const path = join(folder, 'src/door.ts')
    const text = 'export const isShut = () => true && true\n'
    writeFileSync(path, text)
    utimesSync(path, 1_000, 1_000)
    const at = (part: string, by: string) => ({ file: 'src/door.ts', text: part, by })

    const putBack = takeOut(folder, door([at('isShut', 'isOpen'), at('true && true', "'$&'")]))
    expect(readFileSync(path, 'utf8')).toBe("export const isOpen = () => '$&'\n")
    putBack()
    expect([readFileSync(path, 'utf8'), statSync(path).mtimeMs]).toEqual([text, 1_000_000])

    for (const out of [
      [at('locked', '')],
      [at('true', 'false')],
      [at('() =>', '() =')],
      [at('isShut', 'a'), at('isShut', 'b')],
    ])
      expect(() => takeOut(folder, door(out))).toThrow(GuardMoved)
    expect(readFileSync(path, 'utf8')).toBe(text)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a report tells of each test how it ended', () => {
  const report = readReport(`<testsuites><testsuite name="a.test.ts" file="a.test.ts">
    <testcase name="&quot;one&quot; &amp; two" classname="" time="1" file="a.test.ts" line="2" assertions="0" />
    <testsuite name="d" file="a.test.ts"><testcase name="bad" classname="d" file="a.test.ts" line="4">
        <failure type="AssertionError" message="1 &lt; 2&#10;no">AssertionError: 1</failure>
    </testcase></testsuite>
    <testcase name="later" classname="" file="a.test.ts"><skipped /></testcase>
  </testsuite></testsuites>`)
  expect(report.of('a.test.ts', '"one" & two')?.outcome).toBe('passed')
  expect(report.of('a.test.ts', 'bad')).toEqual({ outcome: 'failed', message: '1 < 2\nno' })
  expect(report.of('a.test.ts', 'later')?.outcome).toBe('skipped')
  expect(report.of('b.test.ts', 'bad')).toBeUndefined()
})
