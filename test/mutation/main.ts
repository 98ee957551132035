// `bun run mutation`: takes each guard of the promises out, one at a time, and sees that its test fails.
import { cloneHead, describeHead, removeOwnClones } from './checkout.ts'
import { type Guard, GuardMoved, sourcesWithout } from './guard.ts'
import { guards } from './list/index.ts'
import { endAll } from './run.ts'
import { tryTests, tryWithout } from './trial.ts'

const help = `bun run mutation [PROMISE|NAME…] [--list] [--why]   takes guards out of a clone of HEAD, one at a time: its test must fail

  PROMISE   1 to 11 as in docs/design.md, or "access": who may call what
  NAME      a part of a guard's name
  --list    names the guards, their places and their tests, and tries nothing
  --why     says with what each test failed`

const lanes = 2
const limitMs = 150_000
const unbrokenLimitMs = 10 * 60_000

const title = ({ promise, name }: Guard) =>
  promise === 'access' ? `access     ${name}` : `promise ${promise}  ${name}`
const since = (startedAt: number) => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
const indented = (text: string) => text.trim().replace(/^/gm, '      ')
const inShort = (text: string) => text.trim().split('\n').slice(0, 12).join('\n').slice(0, 800)

const chosenBy = (words: readonly string[]): Guard[] =>
  guards.filter(
    ({ promise, name }) =>
      words.length === 0 ||
      words.some(
        (word) => word === String(promise) || (!/^\d$/.test(word) && name.toLowerCase().includes(word.toLowerCase())),
      ),
  )

const showList = (chosen: readonly Guard[]) => {
  for (const guard of chosen) {
    console.log(title(guard))
    for (const { file, text } of guard.out) console.log(`    ${file}: ${text.trim().split('\n')[0]}`)
    console.log(`    ${guard.test.file}: ${guard.test.name}`)
  }
}

/** The list must fit the sources before anything is tried. */
const refuseMoved = (folder: string, chosen: readonly Guard[]) => {
  const moved = chosen.flatMap((guard) => {
    try {
      sourcesWithout(folder, guard)
      return []
    } catch (error) {
      if (!(error instanceof GuardMoved)) throw error
      return [`${title(guard)}: ${error.message}`]
    }
  })
  if (moved.length > 0) throw new Error(`The list of guards does not fit the sources:\n${moved.join('\n')}`)
}

const isWhole = ({ file }: Guard['test']) => file.startsWith('test/e2e/')

/** With every guard in its place each test passes; one that needs a second try is reported, since it may mislead below. */
const tryUnbroken = async (folders: readonly string[], chosen: readonly Guard[]): Promise<Guard[]> => {
  const startedAt = performance.now()
  const tests = [...new Map(chosen.map(({ test }) => [`${test.file}\n${test.name}`, test])).values()]
  const [first = '', last = first] = [folders[0], folders.at(-1)]
  const [whole, parts] = await Promise.all([
    tryTests(first, tests.filter(isWhole), unbrokenLimitMs),
    tryTests(
      last,
      tests.filter((test) => !isWhole(test)),
      unbrokenLimitMs,
    ),
  ])
  const failing = new Set<string>()
  for (const test of tests) {
    if ((whole.endingOf(test) ?? parts.endingOf(test))?.outcome === 'passed') continue
    const again = await tryTests(first, [test], limitMs)
    const isPassed = again.endingOf(test)?.outcome === 'passed'
    console.log(
      `${isPassed ? 'passed only when tried again' : 'FAILS WITH NOTHING TAKEN OUT'}: ${test.file}: ${test.name}`,
    )
    if (isPassed) continue
    console.log(indented(again.endingOf(test)?.message || again.output.slice(-2_000)))
    failing.add(`${test.file}\n${test.name}`)
  }
  console.log(
    `${tests.length - failing.size} of ${tests.length} tests pass with nothing taken out (${since(startedAt)})`,
  )
  return chosen.filter(({ test }) => !failing.has(`${test.file}\n${test.name}`))
}

const showGuard = async (folder: string, guard: Guard, isTold: boolean): Promise<boolean> => {
  const startedAt = performance.now()
  const { isShown, message, why } = await tryWithout(folder, guard, limitMs)
  console.log(`${title(guard)} … ${message} (${since(startedAt)})`)
  if (!isShown) console.log(indented(`${why}\n${guard.test.file}: ${guard.test.name}`))
  else if (isTold) console.log(indented(inShort(why)))
  return isShown
}

/** Small tests are tried side by side; a whole marketplace, whose tests look at the clock, has the machine to itself. */
const tryAll = async (chosen: readonly Guard[], isTold: boolean): Promise<boolean> => {
  console.log(`Guards of ${await describeHead()}`)
  const withWeb = chosen.some(({ test }) => isWhole(test))
  let isStopping = false
  const end = () => {
    // A terminal, a package runner and `timeout` may each pass the same signal on.
    if (isStopping) return
    isStopping = true
    endAll()
    removeOwnClones()
    process.exit(130)
  }
  process.on('SIGINT', end).on('SIGTERM', end)
  try {
    const folders = await cloneHead({ count: chosen.length > 1 ? lanes : 1, withWeb })
    refuseMoved(folders[0] ?? '', chosen)
    const guarded = await tryUnbroken(folders, chosen)
    const small = guarded.filter(({ test }) => !isWhole(test))
    let shown = 0
    const tryFrom = async (queue: Guard[], folder: string) => {
      for (let guard = queue.shift(); guard; guard = queue.shift())
        if (await showGuard(folder, guard, isTold)) shown += 1
    }
    await Promise.all(folders.map((folder) => tryFrom(small, folder)))
    await tryFrom(
      guarded.filter(({ test }) => isWhole(test)),
      folders[0] ?? '',
    )
    console.log(`${chosen.length} guards: ${shown} shown, ${chosen.length - shown} not`)
    return shown === chosen.length
  } finally {
    removeOwnClones()
  }
}

const flags = process.argv.slice(2).filter((word) => word.startsWith('-'))
const chosen = chosenBy(process.argv.slice(2).filter((word) => !word.startsWith('-')))
const unknown = flags.find((flag) => !['--list', '--why', '--help'].includes(flag))

if (flags.includes('--help')) console.log(help)
else if (unknown || chosen.length === 0) {
  console.error(
    `${unknown ? `"${unknown}" is not known here` : 'No guard is called that'}; see bun run mutation --help`,
  )
  process.exit(2)
} else if (flags.includes('--list')) showList(chosen)
else
  try {
    process.exit((await tryAll(chosen, flags.includes('--why'))) ? 0 : 1)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
