import { createUsers, type User } from '../chaos/users.ts'

type Answer = {
  what: string
  status: number
  /** when it was asked, as performance.now() tells */
  at: number
  ms: number
  code: string
  /** whether it says when to ask again */
  isRetryable: boolean
}

const longestMs = 40_000

/** What an answer was: how late, and which error; 0 when there was none at all. */
const createAsk = (origin: string) => async (user: User, method: string, path: string, body?: object, key?: string) => {
  const begun = performance.now()
  const what = `${method} ${path.replace(/[0-9a-f]{24}/g, ':id')}`
  const timed = () => Math.round(performance.now() - begun)
  try {
    const answer = await fetch(`${origin}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${user.token}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(key ? { 'idempotency-key': key } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(longestMs),
    })
    const text = await answer.text()
    const isJson = answer.headers.get('content-type')?.includes('json')
    const read: Record<string, unknown> = isJson && text ? JSON.parse(text) : {}
    const isRetryable = answer.headers.has('retry-after')
    return {
      what,
      status: answer.status,
      at: begun,
      ms: timed(),
      code: String(read.code ?? ''),
      isRetryable,
      body: read,
    }
  } catch (error) {
    const code = error instanceof Error ? error.name : 'unknown'
    return { what, status: 0, at: begun, ms: timed(), code, isRetryable: false, body: {} }
  }
}

const listing = {
  title: 'A seat',
  venue: 'State Opera',
  city: 'Vienna',
  startsAt: '2035-06-01T19:30:00Z',
  priceCents: 3_000,
  currency: 'eur',
}

/** People who buy without patience, and remember each answer. */
export const openShop = (origin: string, jwtKey: string, now = Date.now) => {
  const newUser = createUsers(jwtKey, now)
  const ask = createAsk(origin)
  const seller = newUser()
  const answers: Answer[] = []
  /** What was acknowledged: it has to be there for ever. */
  const acknowledged = { tickets: new Set<string>(), orders: new Set<string>(), paid: new Set<string>() }

  const call = async (...args: Parameters<typeof ask>) => {
    const answer = await ask(...args)
    answers.push(answer)
    return answer
  }

  /** Asks for something to be made, and remembers its id. */
  const create = async (into: Set<string>, user: User, path: string, body: object): Promise<string | undefined> => {
    const created = await call(user, 'POST', path, body)
    if (created.status !== 201) return undefined
    into.add(String(created.body.id))
    return String(created.body.id)
  }

  const list = () => create(acknowledged.tickets, seller, '/api/tickets', listing)
  const order = (ticketId: string, buyer: User) => create(acknowledged.orders, buyer, '/api/orders', { ticketId })

  const pay = async (orderId: string, buyer: User): Promise<boolean> => {
    const { status } = await call(buyer, 'POST', '/api/payments', { orderId, paymentMethod: 'pm_card_visa' })
    if (status === 201) acknowledged.paid.add(orderId)
    return status === 201
  }

  /** Lists a ticket, buys and pays it; false where that did not go through. */
  const buyOnce = async (): Promise<boolean> => {
    const buyer = newUser()
    const ticketId = await list()
    if (!ticketId) return false
    await call(buyer, 'GET', `/api/tickets/${ticketId}`)
    const orderId = await order(ticketId, buyer)
    return orderId !== undefined && pay(orderId, buyer)
  }
  return { newUser, ask: call, list, order, pay, buyOnce, answers, acknowledged }
}

export type Shop = ReturnType<typeof openShop>

/** Buys again and again. @returns what ends it */
export const keepBuying = ({ buyOnce }: Pick<Shop, 'buyOnce'>, atOnce: number) => {
  let isOver = false
  const buyer = async () => {
    while (!isOver) if (!(await buyOnce())) await Bun.sleep(100)
  }
  const buying = Promise.all(Array.from({ length: atOnce }, buyer))
  return async () => {
    isOver = true
    await buying
  }
}
