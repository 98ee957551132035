import { type Arena, openArena } from '../arena.ts'
import { type Figure, ratioOf, type Side } from '../figure.ts'
import { interleave, spreadOf } from '../interleave.ts'
import { buy } from './holds.ts'

const rounds = 5
const ordersInRound = 40

/** One round: how many orders a second, and what the services hold in memory afterwards. */
const roundOf = async (arena: Arena, tickets: string[]) => {
  const rate = await buy(arena, tickets.splice(0, ordersInRound))
  await arena.untilSettled()
  return { rate, mb: await arena.servicesMb() }
}

type Round = Awaited<ReturnType<typeof roundOf>>

const sidesOf = (name: string, measured: readonly Round[]): { orders: Side; memory: Side } => ({
  orders: { what: `orders on ${name}`, unit: '1/s', spread: spreadOf(measured.map(({ rate }) => rate)) },
  memory: { what: `five services on ${name}`, unit: 'MB', spread: spreadOf(measured.map(({ mb }) => mb)) },
})

/** Two whole marketplaces, one on each runtime, which take turns. */
export const runtimes: Figure = {
  name: 'runtimes',
  title: 'orders opened and memory of the services, on Deno against on Bun',
  measure: async (onBun) => {
    const onDeno = await openArena({ RUNTIME: 'deno' })
    try {
      const count = ordersInRound * (rounds + 1)
      const [ofBun, ofDeno] = [await onBun.listTickets(count), await onDeno.listTickets(count)]
      const { a, b } = await interleave({ rounds, a: () => roundOf(onBun, ofBun), b: () => roundOf(onDeno, ofDeno) })
      const [bun, deno] = [sidesOf('Bun', a), sidesOf('Deno', b)]
      return {
        ratios: [
          { what: 'orders on Deno for each on Bun', value: ratioOf(deno.orders, bun.orders) },
          { what: 'memory on Deno for that on Bun', value: ratioOf(deno.memory, bun.memory) },
        ],
        sides: [bun.orders, deno.orders, bun.memory, deno.memory],
        broken: [],
      }
    } finally {
      await onDeno.close()
    }
  },
}
