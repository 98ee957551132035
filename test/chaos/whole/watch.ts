import { readdirSync, readFileSync } from 'node:fs'
import { RedisClient } from 'bun'
import type { World } from '../../faults/world.ts'

/** What one look at the marketplace found. */
export type Sample = { memoryMb: number; handles: number; redisKeys: number; outbox: number; deadLetters: number }

/** When there was a fault, in milliseconds; one that lasts has no end yet. */
export type Span = { from: number; to: number }
/** How long after a fault somebody may still be refused, in milliseconds. */
const refusedForMs = 10_000

/** Whether a refusal may be a fault's doing: one lasted then, or had ended less than ten seconds before. */
export const isExcused = (spans: readonly Span[], refusedAt: number): boolean =>
  spans.some(({ from, to }) => from <= refusedAt && refusedAt - refusedForMs <= to)

const outboxes: [database: 'auth' | 'tickets' | 'orders' | 'payments', collection: string][] = [
  ['auth', 'accounts'],
  ['tickets', 'tickets'],
  ['orders', 'orders'],
  ['payments', 'payments'],
  ['payments', 'payouts'],
]
const pageKb = 4

const ofProcess = (pid: number) => {
  try {
    const [, residentPages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')
    return { memoryMb: (Number(residentPages) * pageKb) / 1024, handles: readdirSync(`/proc/${pid}/fd`).length }
  } catch {
    // It was killed a moment ago.
    return { memoryMb: 0, handles: 0 }
  }
}

const countIn = async (world: World, name: (typeof outboxes)[number][0], collection: string, filter: object) => {
  const { db, close } = await world.database(name)
  try {
    return await db.collection(collection).countDocuments(filter)
  } finally {
    await close()
  }
}

const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0)

/** Looks at what may grow for ever. */
export const takeSample = async (world: World): Promise<Sample> => {
  const { web, services } = await world.runFile()
  const pids = [web.pid, ...Object.values(services).flatMap(({ pid, daprPid }) => [pid, daprPid])]
  const processes = pids.map(ofProcess)
  const redis = new RedisClient(`redis://127.0.0.1:${world.redisPort}`)
  try {
    return {
      memoryMb: Math.round(sum(processes.map(({ memoryMb }) => memoryMb))),
      handles: sum(processes.map(({ handles }) => handles)),
      redisKeys: Number(await redis.send('DBSIZE', [])),
      outbox: sum(
        await Promise.all(
          outboxes.map(([name, collection]) => countIn(world, name, collection, { 'outbox.0': { $exists: true } })),
        ),
      ),
      deadLetters: sum(
        await Promise.all(
          (['auth', 'tickets', 'orders', 'payments'] as const).map((name) => countIn(world, name, 'deadLetters', {})),
        ),
      ),
    }
  } finally {
    redis.close()
  }
}

/** In fewer, what has yet to warm up looks like growth: at five seconds each these are five minutes. */
const leastSamples = 60

const median = (all: number[]) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0

/**
 * What grew although no more was there to do: from the second quarter of a run to its last. Holds stay in Redis for as
 * long as their tickets are there, so as many keys more as there are tickets more are no growth.
 */
export const growthIn = (samples: readonly Sample[], tickets: number): string[] => {
  const quarter = Math.floor(samples.length / 4)
  if (samples.length < leastSamples) return []
  const [early, late] = [samples.slice(quarter, 2 * quarter), samples.slice(-quarter)]
  const of = (name: keyof Sample) => ({
    before: median(early.map((sample) => sample[name])),
    after: median(late.map((sample) => sample[name])),
  })
  const grew = (name: keyof Sample, factor: number, atLeast: number) => {
    const { before, after } = of(name)
    return after > before * factor && after - before > atLeast ? [`${name} grew from ${before} to ${after}`] : []
  }
  const keys = samples.at(-1)?.redisKeys ?? 0
  const mostKeys = 3 * tickets + 2_000
  return [
    ...grew('memoryMb', 1.4, 300),
    ...grew('handles', 1.5, 200),
    ...(keys > mostKeys ? [`${keys} keys in Redis for ${tickets} tickets`] : []),
  ]
}

/** What is left over once all has settled. */
export const leftIn = ({ outbox, deadLetters }: Sample): string[] => [
  ...(outbox > 0 ? [`${outbox} documents hold events that were not published`] : []),
  ...(deadLetters > 0 ? [`${deadLetters} events were given up`] : []),
]
