import type { Arena } from './arena.ts'
import type { Spread } from './interleave.ts'

/** What was measured on one side, in `unit`. */
export type Side = { what: string; unit: '1/s' | 'ms' | 'MB'; spread: Spread }

export type Measured = {
  /** each with the two sides that it divides: the ratio of their medians */
  ratios: { what: string; value: number }[]
  sides: Side[]
  /** promises that did not hold; the bench then fails */
  broken: string[]
}

export type Figure = { name: string; title: string; measure: (arena: Arena) => Promise<Measured> }

export const ratioOf = (one: Side, other: Side): number => one.spread.median / other.spread.median
