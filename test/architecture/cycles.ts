import type { Source } from './sources.ts'

/** The files that import each other in a circle, each circle sorted; types count, too. */
export const findCycles = (sources: readonly Pick<Source, 'path' | 'imports'>[]): string[][] => {
  const importsOf = new Map(sources.map(({ path, imports }) => [path, imports]))
  const reachable = (from: string) => {
    const seen = new Set<string>()
    const open = [...(importsOf.get(from) ?? [])]
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      if (seen.has(path)) continue
      seen.add(path)
      open.push(...(importsOf.get(path) ?? []))
    }
    return seen
  }
  const reach = new Map(sources.map(({ path }) => [path, reachable(path)]))
  const circles = new Map<string, string[]>()
  for (const [path, seen] of reach) {
    if (!seen.has(path)) continue
    const circle = [...seen].filter((other) => reach.get(other)?.has(path)).sort()
    circles.set(circle.join(), circle)
  }
  return [...circles.values()]
}
