import { openEvidence } from '../chaos/evidence.ts'
import { createHandingOver } from '../chaos/handing-over.ts'
import { checkInvariants } from '../chaos/invariants.ts'
import { type Plan, planOf } from '../chaos/plan.ts'
import { createPurchases } from '../chaos/purchase.ts'
import { kubectl } from './deploy.ts'
import type { Marketplace } from './marketplace.ts'
import { check, say, seconds } from './report.ts'

const atOnce = 10
const settleWithinMs = 180_000
const backWithinMs = 120_000
const askEveryMs = 250
/** So many are done between two kills. */
const betweenKills = 12
/** The tickets to list and the plans to make; no machine gets so far before all were killed. */
const mostPurchases = 3000
/** In turn, each with all that it has. */
const victims = ['auth', 'tickets', 'orders', 'expiration', 'payments', 'web', 'redis', 'mongodb']

/** Stripe makes no failure here, but for the one that a late capture consists of. */
const withoutFaults = (plan: Plan): Plan => ({
  ...plan,
  attempts: 1,
  faults: plan.way === 'late' ? plan.faults.slice(0, 1) : [],
})

type Pods = {
  items: { metadata: { deletionTimestamp?: string }; status: { conditions?: { type: string; status: string }[] } }[]
}

const isBack = async (selector: string, count: number) => {
  const { items } = await kubectl.json<Pods>('get', 'pods', selector)
  const ready = items.filter(({ status }) =>
    status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
  )
  return ready.length >= count
}

/** SIGKILL to every replica at the same moment, and then until as many are back. */
const killAll = async (victim: string) => {
  const selector = `--selector=app.kubernetes.io/name=${victim}`
  const { items } = await kubectl.json<Pods>('get', 'pods', selector)
  // Pods of the rollout before may still be ending: nobody takes their place.
  const count = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined).length
  const begun = performance.now()
  await kubectl.run(['delete', 'pods', selector, '--grace-period=0', '--force', '--wait=false'])
  const deadline = Date.now() + backWithinMs
  while (!(await isBack(selector, count))) {
    if (Date.now() > deadline) throw new Error(`${victim} is not back`)
    await Bun.sleep(askEveryMs)
  }
  say(`  ${victim}: ${count} killed at once, back after ${seconds(performance.now() - begun)}`)
}

const openPurchases = async (market: Marketplace, plans: Plan[]) => {
  const [admin, seller] = [market.newUser('admin'), market.newUser()]
  const wanting = plans.filter(({ way }) => way === 'coupon')
  const { body } = await market.client.ask(admin, 'POST', '/api/coupons', { quantity: Math.max(1, wanting.length) })
  const made = body.coupons as { code: string }[]
  const codes = new Map(wanting.map(({ index }, at) => [index, made[at]?.code ?? '']))
  const { client, newUser } = market
  const sellers = { ready: seller, unready: seller }
  const handingOver = createHandingOver({ client, newUser, admin, sellers })
  const couponFor = ({ index }: Plan) => codes.get(index) ?? ''
  return createPurchases({ client, double: await market.stripe(), newUser, sellers, admin, handingOver, couponFor })
}

/** Above what the gateway lets a read wait (web/src/gateway), with what the way there takes. */
const readWithinMs = 15_000

/** Reads again and again: nobody may hang at an address where nobody is any more. @returns what ends it, with the slowest */
const watchReads = (origin: string) => {
  let slowestMs = 0
  let isOver = false
  const reading = (async () => {
    while (!isOver) {
      const begun = performance.now()
      await fetch(`${origin}/api/tickets`, { signal: AbortSignal.timeout(2 * readWithinMs) })
        .then((answer) => answer.arrayBuffer())
        .catch(() => {})
      slowestMs = Math.max(slowestMs, performance.now() - begun)
      await Bun.sleep(askEveryMs)
    }
  })()
  return async () => {
    isOver = true
    await reading
    return slowestMs
  }
}

/**
 * Purchases of every kind by people with patience, while each part of the marketplace is killed as a whole. People buy
 * until everything was killed, however fast the machine is: every kill falls into the middle of purchases.
 */
export const killEachKind = async (market: Marketplace): Promise<string> => {
  const plans = planOf({ seed: 7, purchases: mostPurchases, kills: 0 }).map(withoutFaults)
  const { buy } = await openPurchases(market, plans)
  const waiting = plans.values()
  let done = 0
  let isOver = false
  const work = async () => {
    for (const plan of waiting) {
      if (isOver) return
      await buy(plan)
      done++
    }
  }
  const buying = Promise.all(Array.from({ length: atOnce }, work))
  buying.catch(() => {})
  const endReads = watchReads(market.origin)
  let slowestMs = 0
  try {
    for (const victim of victims) {
      const seen = done
      while (done < Math.min(seen + betweenKills, plans.length)) await Promise.race([buying, Bun.sleep(askEveryMs)])
      check(done < plans.length, 'the purchases were over before all were killed')
      await killAll(victim)
    }
  } finally {
    isOver = true
    slowestMs = await endReads()
  }
  await buying
  check(slowestMs < readWithinMs, `a read took ${seconds(slowestMs)}`)
  return `${done} purchases went through it, ${victims.length} times everything of a kind was killed; the slowest read took ${seconds(slowestMs)}`
}

/** What must hold of the money, read from the databases and from the double of Stripe. */
export const checkMoney = async (market: Marketplace): Promise<string> => {
  const evidence = await openEvidence(market)
  try {
    const deadline = Date.now() + settleWithinMs
    for (;;) {
      const left = await evidence.unsettled()
      if (Object.values(left).every((count) => count === 0)) break
      check(Date.now() < deadline, `not everything settled: ${JSON.stringify(left)}`)
      await Bun.sleep(askEveryMs)
    }
    const held = await evidence.collect()
    const invariants = Object.entries(checkInvariants(held))
    const broken = invariants.flatMap(([invariant, wrong]) => wrong.map((sentence) => `${invariant}: ${sentence}`))
    check(broken.length === 0, broken.slice(0, 10).join('; '))
    return `${invariants.length} invariants hold over ${held.orders.length} orders, ${held.payments.length} payments and ${held.entries.length} ledger entries`
  } finally {
    await evidence.close()
  }
}
