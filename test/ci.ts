// All chapters of the tests, one after the other; ends with the sum, `N passed, N failed` or `N passed, N failed, N skipped`.

const root = new URL('..', import.meta.url).pathname
const bunRun = (script: string) => [process.execPath, 'run', script]

const chapters: Record<string, string[]> = {
  'the tests': bunRun('test'),
  'dapr run -f': bunRun('dapr:test'),
  'the Dockerfiles': bunRun('docker:test'),
  'a cluster': ['test/k8s/on-cluster.sh'],
}

type Outcome = { passed: number; failed: number; skipped: number; named: string[] }

const decoder = new TextDecoder()

/** Shows the output of a chapter as it comes, and reads its last lines. */
const runChapter = async (command: string[]): Promise<Outcome> => {
  const child = Bun.spawn(command, { cwd: root, stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' })
  const forward = (signal: NodeJS.Signals) => child.kill(signal)
  process.once('SIGINT', forward).once('SIGTERM', forward)
  let output = ''
  for await (const chunk of child.stdout) {
    process.stdout.write(chunk)
    output += decoder.decode(chunk, { stream: true })
  }
  const code = await child.exited
  process.off('SIGINT', forward).off('SIGTERM', forward)
  const counts = [...output.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1)
  const [passed, failed, skipped] = [1, 2, 3].map((at) => Number(counts?.[at] ?? 0)) as [number, number, number]
  return {
    passed,
    // What ends with an error, or without a count, has failed although it counted no failure.
    failed: failed === 0 && (code !== 0 || !counts) ? 1 : failed,
    skipped,
    // Each with the indented lines below it, which say why: who reads only the end of a long log needs them there.
    named: [...output.matchAll(/^(?:skipped|failed): .*(?:\n {4}.*)*/gm)].map(([lines]) => lines),
  }
}

const outcomes: Outcome[] = []
for (const [name, command] of Object.entries(chapters)) {
  console.log(`\n== ${name}`)
  outcomes.push(await runChapter(command))
}
const sum = (what: 'passed' | 'failed' | 'skipped') => outcomes.reduce((total, outcome) => total + outcome[what], 0)
console.log()
for (const lines of outcomes.flatMap(({ named }) => named)) console.log(lines)
const skipped = sum('skipped')
console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`)
process.exit(sum('failed') > 0 ? 1 : 0)
