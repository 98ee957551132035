import { beforeAll, expect, test } from 'bun:test'
import type { Dapr } from '@fairpass/sdk/dapr'
import { newId } from '@fairpass/sdk/mongo'
import { testSidecar } from '@fairpass/servers/testing'
import fc from 'fast-check'
import { type ActiveHold, createHolds, type Holds, releasedBy, soldTo } from './hold.ts'

let dapr: Dapr
let holds: Holds

beforeAll(async () => {
  dapr = await testSidecar('orders')
  holds = createHolds(dapr)
})

const heldBy = (buyerId: string): ActiveHold => ({
  status: 'held',
  orderId: newId(),
  buyerId,
  expiresAt: new Date(Date.now() + 60_000),
})

// Guarantee: of many who read the same hold, one writes; whether or not the ticket was ever held before.
test('one writer wins, on a new ticket and on a used one', async () => {
  const ticketId = newId()
  for (let round = 1; round <= 3; round++) {
    const found = await holds.read(ticketId)
    const answers = await Promise.all(Array.from({ length: 25 }, () => holds.write(ticketId, heldBy(newId()), found)))
    expect(answers.filter(Boolean)).toHaveLength(1)
  }
})

// Guarantee: whoever was told that they hold the ticket is the one who does, in any interleaving of takes and releases.
// The scheduler decides which buyer's next call reaches the real sidecar.
test('the store agrees with what the winners were told', async () => {
  const buyers = ['anna', 'ben', 'cleo']
  const moves = fc.array(fc.record({ buyer: fc.constantFrom(...buyers), isTake: fc.boolean() }), {
    minLength: 2,
    maxLength: 20,
  })
  await fc.assert(
    fc.asyncProperty(moves, fc.scheduler(), async (moves, scheduler) => {
      const ticketId = newId()
      const interleaved = createHolds({
        // A scheduled function loses its type parameter, which getState has: the schema still parses at run time.
        getState: scheduler.scheduleFunction(dapr.getState) as Dapr['getState'],
        saveState: scheduler.scheduleFunction(dapr.saveState),
        getStatesWithEtags: scheduler.scheduleFunction(dapr.getStatesWithEtags),
        saveStates: scheduler.scheduleFunction(dapr.saveStates),
      })
      const holders = new Map<string, ActiveHold>()

      const take = async (buyer: string) => {
        const found = await interleaved.read(ticketId)
        if (found.hold.status !== 'free') return
        const own = heldBy(buyer)
        if (!(await interleaved.write(ticketId, own, found))) return
        expect([...holders.keys()]).toEqual([])
        holders.set(buyer, own)
      }

      const release = async (buyer: string) => {
        const own = holders.get(buyer)
        if (!own) return
        holders.delete(buyer)
        await interleaved.release(ticketId, own.orderId)
      }

      const live = async (buyer: string) => {
        for (const move of moves) if (move.buyer === buyer) await (move.isTake ? take(buyer) : release(buyer))
      }
      await scheduler.waitFor(Promise.all(buyers.map(live)))
      const { hold } = await holds.read(ticketId)
      expect(hold.status === 'held' ? [hold.buyerId] : []).toEqual([...holders.keys()])
    }),
    { numRuns: 100 },
  )
})

test('a release by somebody else changes nothing', async () => {
  const ticketId = newId()
  const own = heldBy('anna')
  await holds.write(ticketId, own, await holds.read(ticketId))
  await holds.release(ticketId, newId())
  expect((await holds.read(ticketId)).hold).toEqual(own)
  await holds.release(ticketId, own.orderId)
  expect((await holds.read(ticketId)).hold.status).toBe('free')
})

// Guarantee: holds that follow their orders together end as they would one by one, whoever writes in between.
test('several holds follow at once, and somebody in the way of one keeps none of the others', async () => {
  const tickets = Array.from({ length: 6 }, () => ({ ticketId: newId(), held: heldBy('anna') }))
  for (const { ticketId, held } of tickets) await holds.write(ticketId, held, await holds.read(ticketId))
  const [contended, others, unheld] = [tickets[0], tickets.slice(1), newId()]
  if (!contended) throw new Error('there are tickets')
  const racing = createHolds({
    ...dapr,
    // Between reading and writing, its hold is another's.
    saveStates: async (states) => {
      await holds.release(contended.ticketId, contended.held.orderId)
      await holds.write(contended.ticketId, heldBy('ben'), await holds.read(contended.ticketId))
      return dapr.saveStates(states)
    },
  })
  const changes = new Map([
    ...tickets.map(({ ticketId, held }) => [ticketId, releasedBy(held.orderId)] as const),
    [unheld, soldTo('an order')] as const,
  ])
  const ends = await racing.updateEach(changes)
  expect([...ends.values()].map(({ status }) => status)).toEqual(Array(7).fill('fulfilled'))
  for (const { ticketId } of others) expect((await holds.read(ticketId)).hold).toEqual({ status: 'free' })
  expect((await holds.read(unheld)).hold).toEqual({ status: 'sold', orderId: 'an order' })
  expect((await holds.read(contended.ticketId)).hold).toMatchObject({ status: 'held', buyerId: 'ben' })
})
