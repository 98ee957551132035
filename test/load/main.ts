// `bun run bench`: measures what the marketplace promises about speed, on a marketplace of its own.
import { join } from 'node:path'
import { readArguments, refuseUsage } from '../arguments.ts'
import type { Figure } from './figure.ts'

// Everything that needs a package is imported later: on a fresh machine none is installed yet.
const root = join(import.meta.dir, '../..')
const file = 'test-results/bench.json'

const help = `bun run bench [--only NAME]

Starts a marketplace of its own on free ports and measures, each as a ratio of two sides that take turns in one run:
  holds     orders opened a second, against raw first-write saves through the same sidecar
  sidecar   what service invocation adds, against the same route at the app's own port
  crowd     1,000 buyers who press BUY on one ticket at once, against one buyer alone
  pages     home pages rendered from the services, against the same page rendered from constants
  flood     the listing while 100 sign-ins are under way, against the listing in peace
  expiry    10,000 orders that run out within a minute: how late each ends, and that none does early or never
and, only when they are named (--only growth takes up to ten minutes):
  growth    every look at a market of 1,000,000 listings and ledger entries, against one of 1,000
  runtimes  orders opened a second, and the memory of the services, on Deno against on Bun
The others take about three minutes together; the bench prints what it found, writes it to ${file}, and fails when the crowd is not
given exactly one order, or an order ends early, late or never. docs/bench.md tells what the figures mean.`

const usual = ['holds', 'sidecar', 'crowd', 'pages', 'flood', 'expiry']
const onlyWhenNamed = ['growth', 'runtimes']

/** The figures to measure, by name. Told before anything is fetched. */
const readNames = (): string[] => {
  const { only } = readArguments({ only: { type: 'string' } }, help)
  if (only === undefined) return usual
  const names = [...usual, ...onlyWhenNamed]
  if (!names.includes(only)) return refuseUsage(`There is no figure "${only}"; there are ${names.join(', ')}.`)
  return [only]
}

const fetchParts = async () => {
  const up = Bun.spawn([process.execPath, 'tools/up/main.ts', '--parts'], {
    cwd: root,
    stdout: 'inherit',
    stderr: 'inherit',
  })
  if ((await up.exited) !== 0) process.exit(1)
}

const chosen = async (names: readonly string[]): Promise<Figure[]> => {
  const figures = [
    (await import('./figures/holds.ts')).holds,
    (await import('./figures/sidecar.ts')).sidecar,
    (await import('./figures/crowd.ts')).crowd,
    (await import('./figures/pages.ts')).pages,
    (await import('./figures/flood.ts')).flood,
    (await import('./figures/expiry.ts')).expiry,
    (await import('./growth/growth.ts')).growth,
    (await import('./figures/runtimes.ts')).runtimes,
  ]
  return figures.filter(({ name }) => names.includes(name))
}

const main = async () => {
  const names = readNames()
  await fetchParts()
  const figures = await chosen(names)
  const [{ openArena }, { load, machine, print, write }] = [await import('./arena.ts'), await import('./report.ts')]
  const startedAt = new Date().toISOString()
  const facts = { ...machine(), loadBefore: load() }
  const command = ['bun run bench', ...process.argv.slice(2)].join(' ')
  console.log(`${command}\n${facts.cores} cores, ${facts.system}, Bun ${facts.bun}, load ${facts.loadBefore} before`)
  const arena = await openArena()
  const measured = []
  try {
    for (const figure of figures) {
      const startedMs = performance.now()
      const found = { ...(await figure.measure(arena)), seconds: Math.round((performance.now() - startedMs) / 1000) }
      print(figure, found)
      measured.push({ name: figure.name, title: figure.title, ...found })
    }
  } finally {
    await arena.close()
  }
  const report = { command, startedAt, machine: { ...facts, loadAfter: load() }, figures: measured }
  await write(join(root, file), report)
  console.log(`\nload ${report.machine.loadAfter} after; all of it is in ${file}`)
  if (measured.some(({ broken }) => broken.length > 0)) process.exitCode = 1
}

await main()
