import { newId } from '@fairpass/sdk/mongo'
import type { Arena } from '../arena.ts'
import { type Figure, ratioOf, type Side } from '../figure.ts'
import { inParallel, interleave, ratePerSecond, spreadOf } from '../interleave.ts'

const rounds = 5
const width = 8
const ordersInRound = 200
const savesInRound = 1_500

/** Opens an order for each of the tickets; how many a second. */
export const buy = async ({ invoke, people }: Arena, ticketIds: readonly string[]) => {
  const buyers = await people(ticketIds.length)
  const orders = ticketIds.map((ticketId, index) => ({ ticketId, token: buyers[index]?.token }))
  return ratePerSecond(orders.length, () =>
    inParallel(orders, width, async ({ ticketId, token }) => {
      const answer = await invoke('orders', 'orders', 'api/orders', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ ticketId }),
      })
      if (answer.status !== 201) throw new Error(`no order: ${answer.status} ${await answer.text()}`)
      await answer.arrayBuffer()
    }),
  )
}

/** The write that a hold comes down to, and nothing else: a key that is not there yet, of a hold's size. */
const save = ({ stateOfOrders }: Arena) =>
  ratePerSecond(savesInRound, () =>
    inParallel(Array.from({ length: savesInRound }), width, async () => {
      const hold = { status: 'held', orderId: newId(), buyerId: newId(), expiresAt: new Date() }
      if (!(await stateOfOrders.saveState(`bench:${newId()}`, hold, undefined))) throw new Error('a save was refused')
    }),
  )

/** What it costs to be fair: a whole order against the one write that decides who gets the ticket. */
export const holds: Figure = {
  name: 'holds',
  title: 'orders opened, against raw first-write saves, through the same sidecar',
  measure: async (arena) => {
    const tickets = await arena.listTickets(ordersInRound * (rounds + 1))
    const { a, b } = await interleave({
      rounds,
      a: async () => {
        const rate = await buy(arena, tickets.splice(0, ordersInRound))
        await arena.untilSettled()
        return rate
      },
      b: () => save(arena),
    })
    const orders: Side = { what: 'orders opened', unit: '1/s', spread: spreadOf(a) }
    const saves: Side = { what: 'raw first-write saves', unit: '1/s', spread: spreadOf(b) }
    return {
      ratios: [{ what: 'orders for each raw save', value: ratioOf(orders, saves) }],
      sides: [orders, saves],
      broken: [],
    }
  },
}
