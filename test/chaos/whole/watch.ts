import type { Sample, Taken } from './sample.ts'

/** When there was a fault, in milliseconds; one that lasts has no end yet. */
export type Span = { from: number; to: number }
/** How long after a fault somebody may still be refused, in milliseconds. */
const refusedForMs = 10_000

/** Whether a refusal may be a fault's doing: one lasted then, or had ended less than ten seconds before. */
export const isExcused = (spans: readonly Span[], refusedAt: number): boolean =>
  spans.some(({ from, to }) => from <= refusedAt && refusedAt - refusedForMs <= to)

/** Of a time, the milliseconds in which no fault excused a refusal. */
export const judgedMs = (spans: readonly Span[], { from, to }: Span): number => {
  let [judged, excusedUntil] = [0, from]
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    judged += Math.max(0, Math.min(span.from, to) - excusedUntil)
    excusedUntil = Math.max(excusedUntil, Math.min(span.to + refusedForMs, to))
  }
  return judged + to - excusedUntil
}

/** In fewer, what has yet to warm up looks like growth: at five seconds each these are five minutes. */
const leastSamples = 60
/** The same of one process, which may have been killed in between. */
const leastOfProcess = 36

type Growth = { name: string; factor: number; atLeast: number; above?: number }

/** A burst fills pools of connections that stay open, idle or not; a leak goes on beyond them. */
const ownHandles = 50
const poolsOf = {
  // three components of Redis
  sidecar: 3 * 50,
  // three members of MongoDB
  app: 3 * 100,
  // the other ends of those
  server: 1_000,
}

/** What mongod keeps of what it read, as `bun run up` bounds it, and its connections beside that. */
const mongodMayTakeMb = 256 + 200

const mayHold = (name: string): number => {
  if (name.includes('-daprd')) return ownHandles + poolsOf.sidecar
  return ownHandles + (/^(mongod|redis) /.test(name) ? poolsOf.server : poolsOf.app)
}

/** What the least was, in the second quarter of a time and in its last: peaks and garbage come and go, a leak stays. */
const quartersOf = (values: readonly number[]) => {
  const quarter = Math.floor(values.length / 4)
  return { before: Math.min(...values.slice(quarter, 2 * quarter)), after: Math.min(...values.slice(-quarter)) }
}

const grew = (values: readonly number[], { name, factor, atLeast, above = 0 }: Growth): string[] => {
  const { before, after } = quartersOf(values)
  return after > above && after > before * factor && after - before > atLeast
    ? [`${name} grew from ${before} to ${after}`]
    : []
}

/** Each process from its start to its end: another one in its place begins anew. */
const livesOf = (samples: readonly Sample[]): Map<string, Taken[]> => {
  const lives = new Map<string, Taken[]>()
  for (const { processes } of samples)
    for (const [name, taken] of Object.entries(processes)) {
      const key = `${name} (${taken.pid})`
      lives.set(key, [...(lives.get(key) ?? []), taken])
    }
  return lives
}

/** What grew although no more was there to do. */
export const growthIn = (samples: readonly Sample[]): string[] => {
  if (samples.length < leastSamples) return []
  const ofProcesses = [...livesOf(samples)].flatMap(([name, life]) => {
    if (life.length < leastOfProcess) return []
    const each = (what: keyof Taken) => life.map((taken) => taken[what])
    return [
      ...grew(each('memoryMb'), {
        ...{ name: `memory of ${name}, in MB,`, factor: 1.5, atLeast: 60 },
        above: name.startsWith('mongod ') ? mongodMayTakeMb : 0,
      }),
      ...grew(each('handles'), { name: `file handles of ${name}`, factor: 1.5, atLeast: 40, above: mayHold(name) }),
    ]
  })
  const all = (what: keyof Omit<Sample, 'processes' | 'owing'>) => samples.map((sample) => sample[what])
  return [
    ...ofProcesses,
    ...grew(all('redisKeys'), { name: 'keys in Redis beside the holds', factor: 1.5, atLeast: 100 }),
    ...grew(all('redisMb'), { name: 'memory that Redis uses, in MB,', factor: 2, atLeast: 40 }),
    ...grew(all('outbox'), { name: 'documents with events to publish', factor: 1.5, atLeast: 5 }),
    ...grew(all('deadLetters'), { name: 'dead letters', factor: 1, atLeast: 0 }),
  ]
}

/** A stream is cut at about so many entries (components/pubsub.yaml). */
const longestStream = 220_000

/** What is left over once all has settled; a hold stays for as long as its ticket does. */
export const leftIn = ({ outbox, owing, deadLetters, holds, tickets, longestStream: length }: Sample): string[] => [
  ...(outbox > 0 ? [`${outbox} documents of ${owing.join(' and ')} hold events that were not published`] : []),
  ...(deadLetters > 0 ? [`${deadLetters} events were given up`] : []),
  ...(holds > tickets ? [`${holds} holds for ${tickets} tickets`] : []),
  ...(length > longestStream ? [`a stream of ${length} entries`] : []),
]

/** The first and the last that is known of each process, for whoever reads the outcome. */
export const takenIn = (samples: readonly Sample[]): Record<string, string> => {
  const of = (sample: Sample | undefined, name: string) => {
    const taken = sample?.processes[name]
    return taken ? `${taken.memoryMb} MB ${taken.handles} handles` : 'away'
  }
  const [first, last] = [samples[Math.min(6, samples.length - 1)], samples.at(-1)]
  return Object.fromEntries(
    Object.keys(last?.processes ?? {}).map((name) => [name, `${of(first, name)} → ${of(last, name)}`]),
  )
}
