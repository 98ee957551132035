import type { Arena } from '../arena.ts'
import { type Figure, ratioOf, type Side } from '../figure.ts'
import { interleave, millisecondsOf, quantile, spreadOf } from '../interleave.ts'

const rounds = 5
const readsInRound = 60
/** How many sign-ins are under way at any moment: nearly all that may wait for their hash. */
const width = 100
const path = '/api/tickets?limit=20'

type Flood = { statuses: Map<number, number>; stop: () => Promise<void> }

/** Keeps `width` sign-ins under way, each for an address that nobody has, until it is stopped. */
const openFlood = (origin: string): Flood => {
  const statuses = new Map<number, number>()
  let isOpen = true
  let count = 0
  const signIn = async () => {
    const answer = await fetch(`${origin}/api/users/signin`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: `nobody-${count++}@fairpass.example`, password: 'a guess among many' }),
    })
    await answer.arrayBuffer()
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
  }
  const worker = async () => {
    while (isOpen) await signIn()
  }
  const workers = Promise.all(Array.from({ length: width }, worker))
  return {
    statuses,
    stop: async () => {
      isOpen = false
      await workers
    },
  }
}

/** One after another, so that nothing waits for anything but the answer. */
const readAll = async ({ origin }: Arena): Promise<number[]> => {
  const measured: number[] = []
  while (measured.length < readsInRound)
    measured.push(
      await millisecondsOf(async () => {
        const answer = await fetch(`${origin}${path}`)
        if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`)
        await answer.arrayBuffer()
      }),
    )
  return measured
}

/** What a flood of sign-ins, each of which costs a password's hash, does to visitors who only browse. */
export const flood: Figure = {
  name: 'flood',
  title: `the listing read at the public origin while ${width} sign-ins are under way, against the same in peace`,
  measure: async (arena) => {
    await arena.listTickets(20)
    const broken: string[] = []
    const signInsPerSecond: number[] = []
    const { a: flooded, b: inPeace } = await interleave({
      rounds,
      a: async () => {
        const { statuses, stop } = openFlood(arena.origin)
        const startedAt = performance.now()
        const measured = await readAll(arena)
        await stop()
        const seconds = (performance.now() - startedAt) / 1000
        signInsPerSecond.push([...statuses.values()].reduce((sum, count) => sum + count, 0) / seconds)
        for (const [status, count] of statuses)
          if (status !== 401 && status !== 503) broken.push(`${count} sign-ins were answered ${status}`)
        return measured
      },
      b: () => readAll(arena),
    })
    const side = (what: string, measured: number[][], share: number): Side => ({
      what,
      unit: 'ms',
      spread: spreadOf(measured.map((round) => quantile(round, share))),
    })
    const [flooded50, peace50] = [side('flooded, p50', flooded, 0.5), side('in peace, p50', inPeace, 0.5)]
    const [flooded99, peace99] = [side('flooded, p99', flooded, 0.99), side('in peace, p99', inPeace, 0.99)]
    return {
      ratios: [
        { what: 'p50, flooded for in peace', value: ratioOf(flooded50, peace50) },
        { what: 'p99, flooded for in peace', value: ratioOf(flooded99, peace99) },
      ],
      sides: [
        flooded50,
        peace50,
        flooded99,
        peace99,
        { what: 'sign-ins answered', unit: '1/s', spread: spreadOf(signInsPerSecond) },
      ],
      broken,
    }
  },
}
