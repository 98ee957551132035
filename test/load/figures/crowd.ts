import type { Arena } from '../arena.ts'
import { type Figure, ratioOf, type Side } from '../figure.ts'
import { interleave, quantile, spreadOf } from '../interleave.ts'
import type { Crowd } from './crowd-process.ts'
import { type Answer, placeOrder } from './place-order.ts'

const rounds = 3
const crowdSize = 1_000
const aloneInRound = 15
const withinMs = 60_000
const sentence = 'The ticket is being checking out by someone else, please come back later'
const program = new URL('crowd-process.ts', import.meta.url).pathname

/**
 * A process of its own sends the requests: Bun reads at start how many may be under way (256 if nothing is said), and the
 * bench's own work must not slow them.
 */
const send = async (crowd: Crowd): Promise<Answer[]> => {
  const child = Bun.spawn([process.execPath, program], {
    env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: `${crowdSize}` },
    stdin: new Blob([JSON.stringify(crowd)]),
    stdout: 'pipe',
    stderr: 'inherit',
    timeout: withinMs,
  })
  const text = await new Response(child.stdout).text()
  if ((await child.exited) !== 0) throw new Error(`the crowd was not answered within ${withinMs / 1000} s`)
  return JSON.parse(text)
}

/** What was promised to a crowd and not kept. */
export const brokenBy = (answers: readonly Answer[], activeOrders: number): string[] => {
  const winners = answers.filter(({ status }) => status === 201)
  const losers = answers.filter(({ status }) => status === 409)
  const others = answers.filter(({ status }) => status !== 409 && status !== 201)
  const unaware = losers.filter(({ code, message }) => code !== 'ticket_being_checked_out' || message !== sentence)
  const otherStatuses = [...new Set(others.map(({ status, message }) => `${status} ${message ?? ''}`.trim()))]
  return [
    ...(winners.length === 1 ? [] : [`${winners.length} winners in place of one`]),
    ...(others.length === 0 ? [] : [`${others.length} answers were neither 201 nor 409: ${otherStatuses.join('; ')}`]),
    ...(unaware.length === 0 ? [] : [`${unaware.length} losers did not read the sentence`]),
    ...(activeOrders === 1 ? [] : [`${activeOrders} active orders in place of one`]),
  ]
}

const activeOrdersOf = async (arena: Arena, ticketId: string) => {
  const { db, close } = await arena.database('orders')
  try {
    return await db.collection('orders').countDocuments({ ticketId, status: { $ne: 'cancelled' } })
  } finally {
    await close()
  }
}

/** One buyer after another, each for a ticket that nobody else wants. */
const alone = async (arena: Arena, tickets: readonly string[]): Promise<number> => {
  const measured: number[] = []
  for (const ticketId of tickets) {
    const [buyer] = await arena.people(1)
    const { status, message, ms } = await placeOrder(arena.origin, ticketId, buyer?.token ?? '')
    if (status !== 201) throw new Error(`no order: ${status} ${message}`)
    measured.push(ms)
  }
  await arena.untilSettled()
  return quantile(measured, 0.5)
}

const together = async (arena: Arena, ticketId: string, tokens: string[]) => {
  const startedAt = performance.now()
  const answers = await send({ origin: arena.origin, ticketId, tokens })
  const seconds = (performance.now() - startedAt) / 1000
  await arena.untilSettled()
  const losers = answers.filter(({ status }) => status === 409).map(({ ms }) => ms)
  return {
    p50: quantile(losers, 0.5),
    p99: quantile(losers, 0.99),
    perSecond: answers.length / seconds,
    broken: brokenBy(answers, await activeOrdersOf(arena, ticketId)),
  }
}

/** How the many who lose are treated: all at once, at the public origin, for one ticket. */
export const crowd: Figure = {
  name: 'crowd',
  title: `${crowdSize} buyers press BUY on one ticket at once, against one buyer alone, at the public origin`,
  measure: async (arena) => {
    const tickets = await arena.listTickets((aloneInRound + 1) * (rounds + 1))
    const tokens = (await arena.people(crowdSize)).map(({ token }) => token)
    // A promise holds in the round that does not count, too.
    const broken: string[] = []
    const measured = await interleave({
      rounds,
      a: () => alone(arena, tickets.splice(0, aloneInRound)),
      b: async () => {
        const round = await together(arena, tickets.pop() ?? '', tokens)
        broken.push(...round.broken)
        return round
      },
    })
    const side = (what: string, unit: Side['unit'], values: number[]): Side => ({
      what,
      unit,
      spread: spreadOf(values),
    })
    const aloneP50 = side('an order alone, p50', 'ms', measured.a)
    const p50 = side(
      'losers, p50',
      'ms',
      measured.b.map((round) => round.p50),
    )
    const p99 = side(
      'losers, p99',
      'ms',
      measured.b.map((round) => round.p99),
    )
    const answered = side(
      'answers in a crowd',
      '1/s',
      measured.b.map((round) => round.perSecond),
    )
    return {
      ratios: [
        { what: "losers' p50 for an order alone", value: ratioOf(p50, aloneP50) },
        { what: "losers' p99 for an order alone", value: ratioOf(p99, aloneP50) },
      ],
      sides: [p50, p99, aloneP50, answered],
      broken,
    }
  },
}
