import { eventually } from '../../eventually.ts'
import { isPrimary } from '../../faults/replica-set.ts'
import type { World } from '../../faults/world.ts'
import { type Sample, takeSample } from './sample.ts'
import { leftIn } from './watch.ts'

export const sampleEveryMs = 5_000
const askLeadersEveryMs = 500

/** Looks again and again until it is stopped; what cannot be looked at just now is looked at the next time. */
const keepLooking = (look: () => Promise<void>, everyMs: number) => {
  let isOver = false
  const looking = (async () => {
    while (!isOver) {
      await look().catch(() => {})
      await Bun.sleep(everyMs)
    }
  })()
  return {
    stop: async () => {
      isOver = true
      await looking
    },
  }
}

export const sampleOn = (world: World) => {
  const samples: Sample[] = []
  const look = async () => {
    samples.push(await takeSample(world))
  }
  return { samples, ...keepLooking(look, sampleEveryMs) }
}

/** Twice as long as it takes until an event is found whose writer did not publish it. */
const leftForMs = 30_000

/** Looks once nothing is left over; what was written a moment ago, such as a payout's end, has events that are on their way. */
export const takeLastSample = (world: World, withinMs: number): Promise<Sample> => {
  const begun = performance.now()
  const isAllThereIs = (sample: Sample) => leftIn(sample).length === 0 || performance.now() - begun > leftForMs
  // A Redis that has just come back reads its log first, and answers nothing meanwhile.
  return eventually(() => takeSample(world), isAllThereIs, leftForMs + withinMs)
}

/** Tells which member of MongoDB leads as soon as that changes, for whoever asks why somebody was refused. */
export const tellLeaders = ({ members }: World, progress: (line: string) => void) => {
  let known = ''
  return keepLooking(async () => {
    const leads = await Promise.all(members.map(({ port }) => isPrimary(port).catch(() => false)))
    const leaders = leads.flatMap((isLeader, nth) => (isLeader ? [`member ${nth + 1}`] : [])).join(' and ') || 'none'
    if (leaders === known) return
    known = leaders
    progress(`${Math.round(performance.now() / 1000)} s: MongoDB is led by ${leaders}`)
  }, askLeadersEveryMs)
}
