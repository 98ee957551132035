/** What the rounds of one side gave: their extremes and their middle. */
export type Spread = { min: number; median: number; max: number }

/** The value below which `share` of them lie, by the nearest rank. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

export const spreadOf = (values: readonly number[]): Spread => ({
  min: Math.min(...values),
  median: quantile(values, 0.5),
  max: Math.max(...values),
})

type Sides<A, B> = { rounds: number; a: () => Promise<A>; b: () => Promise<B> }

/** One round of each that does not count, then A B A B …, so that both sides meet the same machine. */
export const interleave = async <A, B>({ rounds, a, b }: Sides<A, B>): Promise<{ a: A[]; b: B[] }> => {
  await a()
  await b()
  const measured: { a: A[]; b: B[] } = { a: [], b: [] }
  for (let round = 0; round < rounds; round++) {
    measured.a.push(await a())
    measured.b.push(await b())
  }
  return measured
}

/** Does `work` for each of `items`, `width` at a time. */
export const inParallel = async <T>(items: readonly T[], width: number, work: (item: T) => Promise<void>) => {
  const left = items.values()
  const worker = async () => {
    for (const item of left) await work(item)
  }
  await Promise.all(Array.from({ length: width }, worker))
}

/** How many a second, when `work` does `count` of them. */
export const ratePerSecond = async (count: number, work: () => Promise<void>): Promise<number> => {
  const startedAt = performance.now()
  await work()
  return (count * 1000) / (performance.now() - startedAt)
}

export const millisecondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
