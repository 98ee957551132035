import { mkdirSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { dirname } from 'node:path'
import type { Figure, Measured } from './figure.ts'
import type { Spread } from './interleave.ts'

const rounded = (value: number) => (value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(3))
const spreadText = ({ min, median, max }: Spread) =>
  [min, median, max].map((value) => rounded(value).padStart(9)).join('')

/** How busy the machine is, in runnable processes over the last minute. */
export const load = () => Number(loadavg()[0]?.toFixed(2))

export const machine = () => ({
  cores: availableParallelism(),
  system: `${process.platform} ${process.arch}`,
  bun: Bun.version,
})

type Timed = Measured & { seconds: number }

export const print = ({ name, title }: Figure, { ratios, sides, broken, seconds }: Timed) => {
  console.log(`\n${name}: ${title} (${seconds} s)`)
  for (const { what, value } of ratios) console.log(`  ${what.padEnd(34)} ${rounded(value).padStart(9)} ×`)
  console.log(`  ${''.padEnd(34)} ${['min', 'median', 'max'].map((head) => head.padStart(9)).join('')}`)
  for (const { what, unit, spread } of sides) console.log(`  ${`${what} (${unit})`.padEnd(34)} ${spreadText(spread)}`)
  for (const what of broken) console.log(`  BROKEN: ${what}`)
}

type Report = {
  command: string
  startedAt: string
  machine: ReturnType<typeof machine> & { loadBefore: number; loadAfter: number }
  figures: ({ name: string; title: string } & Timed)[]
}

export const write = async (file: string, report: Report) => {
  mkdirSync(dirname(file), { recursive: true })
  await Bun.write(file, `${JSON.stringify(report, null, 2)}\n`)
}
