import { apps, kubectl, untilReady } from './deploy.ts'
import type { Marketplace } from './marketplace.ts'
import { check, say } from './report.ts'

const buyersAtOnce = 4
const answerWithinMs = 30_000
const mostTold = 20
const settledWithinMs = 60_000

type Failure = string
type Sale = { orderId: string; ticketId: string }

/** A client without patience: what is no proper answer is failure. */
const createStrictClient = (origin: string, note: (failure: Failure) => void) => {
  let answered = 0
  const call = async (token: string, method: string, path: string, body?: object) => {
    const begun = performance.now()
    try {
      const answer = await fetch(`${origin}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(answerWithinMs),
      })
      const text = await answer.text()
      answered++
      if (answer.status >= 500)
        note(
          `${method} ${path} after ${Math.round(performance.now() - begun)} ms: ${answer.status} ${text.slice(0, 400)}`,
        )
      const isJson = answer.headers.get('content-type')?.includes('json')
      return { status: answer.status, body: isJson ? JSON.parse(text) : {} }
    } catch (error) {
      note(`${method} ${path} after ${Math.round(performance.now() - begun)} ms: ${error}`)
      return { status: 0, body: {} }
    }
  }
  return { call, answered: () => answered }
}

/** Buys and looks around until told to stop. */
const keepBuying = (market: Marketplace) => {
  const failures: Failure[] = []
  const sales: Sale[] = []
  const client = createStrictClient(market.origin, (failure) => {
    failures.push(failure)
    if (failures.length <= mostTold) say(`  failure: ${failure}`)
  })
  let isOver = false

  const buyOnce = async (seller: string, at: number) => {
    const { token } = market.newUser()
    const listing = {
      title: `Rolling ${at} ${sales.length}`,
      venue: 'State Opera',
      city: 'Vienna',
      startsAt: '2035-06-01T19:30:00Z',
      priceCents: 3_000,
      currency: 'eur',
    }
    const ticket = await client.call(seller, 'POST', '/api/tickets', listing)
    if (ticket.status !== 201) return
    await client.call(token, 'GET', `/tickets/${ticket.body.id}`)
    const order = await client.call(token, 'POST', '/api/orders', { ticketId: ticket.body.id })
    if (order.status !== 201) return
    const paid = await client.call(token, 'POST', '/api/payments', {
      orderId: order.body.id,
      paymentMethod: 'pm_card_visa',
    })
    if (paid.status === 201) sales.push({ orderId: order.body.id, ticketId: ticket.body.id })
  }

  const buyer = async (at: number) => {
    const seller = market.newUser().token
    while (!isOver) await buyOnce(seller, at)
  }
  const buying = Promise.all(Array.from({ length: buyersAtOnce }, (_, at) => buyer(at)))
  return {
    stop: async () => {
      isOver = true
      await buying
      return { failures, sales, answered: client.answered() }
    },
  }
}

/** Every paid order is completed, and its ticket is seen as sold, which takes the event to arrive. */
const untilAllSold = async (market: Marketplace, sales: Sale[]) => {
  const [orders, tickets] = await Promise.all([market.database('orders'), market.database('tickets')])
  const deadline = Date.now() + settledWithinMs
  try {
    for (;;) {
      const completed = await orders.db
        .collection<{ _id: string }>('orders')
        .countDocuments({ _id: { $in: sales.map(({ orderId }) => orderId) }, status: 'completed' })
      const sold = await tickets.db
        .collection<{ _id: string }>('tickets')
        .countDocuments({ _id: { $in: sales.map(({ ticketId }) => ticketId) }, status: 'sold' })
      if (completed === sales.length && sold === sales.length) return
      if (Date.now() > deadline)
        throw new Error(`of ${sales.length} paid orders ${completed} are completed, and ${sold} tickets are sold`)
      await Bun.sleep(200)
    }
  } finally {
    await Promise.all([orders.close(), tickets.close()])
  }
}

const restart = (names: readonly string[]) =>
  kubectl.run(['rollout', 'restart', ...names.map((name) => `deployment/${name}`)])

const untilRolled = async (name: string) => {
  await kubectl.run(['rollout', 'status', `deployment/${name}`, '--timeout=240s'], { timeoutMs: 250_000 })
  say(`  ${name} is rolled`)
}

/** Rolls what it is given, a group at a time, while people buy: nobody may notice. */
const rollWhileBuying = async (market: Marketplace, groups: readonly (readonly string[])[]): Promise<string> => {
  const shop = keepBuying(market)
  for (const group of groups) {
    await restart(group)
    await Promise.all(group.map(untilRolled))
  }
  await untilReady()
  const { failures, sales, answered } = await shop.stop()
  check(failures.length === 0, `${failures.length} of ${answered} answers were failure`)
  check(sales.length > 0, 'nobody bought anything')
  await untilAllSold(market, sales)
  return `${answered} answers and no failure; ${sales.length} tickets were sold meanwhile, each to its end`
}

/** A new pod for each one that serves, one Deployment after the other. */
export const rollingRestart = (market: Marketplace): Promise<string> =>
  rollWhileBuying(
    market,
    apps.map((app) => [app]),
  )

/** Two Deployments that call each other at a time, as an upgrade does. */
export const rollingPairs = (market: Marketplace): Promise<string> =>
  rollWhileBuying(market, [
    ['orders', 'payments'],
    ['tickets', 'web'],
  ])
