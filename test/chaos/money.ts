import { type Marketplace, startMarketplace } from '../marketplace.ts'
import { type Client, createClient, type Refusal } from './client.ts'
import { openEvidence, type Unsettled } from './evidence.ts'
import { createHandingOver } from './handing-over.ts'
import { checkInvariants } from './invariants.ts'
import type { Outcome } from './outcome.ts'
import { type Plan, planOf, stripeTimeoutMs } from './plan.ts'
import { createPurchases } from './purchase.ts'
import { createUsers, type User } from './users.ts'

export type MoneyRun = { seed: number; purchases: number; kills: number; atOnce: number; settleWithinMs: number }
type Progress = (line: string) => void

const holdSeconds = 20
const couponsAtOnce = 1_000
const startsWithinMs = 500

/** What a run in which much goes wrong needs: short waits, and no limits. */
export const chaosEnv = (jwtKey: string) => ({
  JWT_KEY: jwtKey,
  HOLD_SECONDS: `${holdSeconds}`,
  STRIPE_TIMEOUT_MS: `${stripeTimeoutMs}`,
  PLATFORM_FEE_BASIS_POINTS: '250',
  LIMIT_ORDER_ADDRESS: 'off',
  LIMIT_ORDER_ACCOUNT: 'off',
  LOG_LEVEL: 'warn',
})

const startMarketplaceForChaos = (jwtKey: string) =>
  // Without a key of Stripe's own: nothing here may ever reach a real account.
  startMarketplace({ ...chaosEnv(jwtKey), STRIPE_SECRET_KEY: '', STRIPE_WEBHOOK_SECRET: '' })

/** As a seller does: through the link to the page of Stripe's double. */
const onboard = async (client: Client, seller: User) => {
  const { body } = await client.ask(seller, 'POST', '/api/payments/account', {})
  await fetch(String(body.url), {
    method: 'POST',
    body: new URLSearchParams({ outcome: 'complete' }),
    redirect: 'manual',
    signal: AbortSignal.timeout(10_000),
  })
  const account = await client.ask(seller, 'GET', '/api/payments/account')
  if (account.body.status !== 'ready') throw new Error(`a seller is not ready: ${JSON.stringify(account.body)}`)
}

export const openPurchases = async (
  market: Pick<Marketplace, 'origin' | 'stripe'>,
  jwtKey: string,
  plans: Plan[],
  onRefusal?: (refusal: Refusal) => void,
) => {
  const client = createClient(market.origin, onRefusal)
  const newUser = createUsers(jwtKey)
  const admin = newUser('admin')
  const wanting = plans.filter(({ way }) => way === 'coupon').map(({ index }) => index)
  const codes = new Map<number, string>()
  for (let from = 0; from < wanting.length; from += couponsAtOnce) {
    const indexes = wanting.slice(from, from + couponsAtOnce)
    const { body } = await client.ask(admin, 'POST', '/api/coupons', { quantity: indexes.length }, `coupons-${from}`)
    const made = body.coupons as { code: string }[]
    for (const [at, index] of indexes.entries()) codes.set(index, made[at]?.code ?? '')
  }
  const double = await market.stripe()
  const sellers = { ready: newUser(), unready: newUser() }
  await onboard(client, sellers.ready)
  const handingOver = createHandingOver({ client, newUser, admin, sellers })
  const couponFor = ({ index }: Plan) => codes.get(index) ?? ''
  return { handingOver, ...createPurchases({ client, double, newUser, sellers, admin, handingOver, couponFor }) }
}

/** Ends payments with SIGKILL in the middle of this purchase; `up` starts it again. */
const killDuring = async (market: Marketplace, { killsAfterMs }: Pick<Plan, 'killsAfterMs'>) => {
  if (killsAfterMs === undefined) return
  await Bun.sleep(killsAfterMs)
  await market.kill(({ services }) => services.payments.pid).catch(() => {})
}

const runAll = async <T, R>(
  what: string,
  all: readonly T[],
  atOnce: number,
  one: (item: T) => Promise<R>,
  progress: Progress,
): Promise<R[]> => {
  const outcomes: R[] = []
  const waiting = all.values()
  const step = Math.max(1, Math.floor(all.length / 20))
  const begun = performance.now()
  const work = async () => {
    for (const item of waiting) {
      outcomes.push(await one(item))
      if (outcomes.length % step === 0 || outcomes.length === all.length)
        progress(`${outcomes.length} of ${all.length} ${what}, ${Math.round((performance.now() - begun) / 1000)} s`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return outcomes
}

export const settled = async (look: () => Promise<Unsettled>, withinMs: number, progress: Progress) => {
  const deadline = Date.now() + withinMs
  let told = 0
  for (;;) {
    const left = await look()
    if (Object.values(left).every((count) => count === 0)) return true
    if (Date.now() > deadline) return false
    if (Date.now() - told > 10_000) {
      const open = Object.entries(left).map(([what, count]) => `${count} ${what}`)
      progress(`settling: ${open.join(', ')} are open`)
      told = Date.now()
    }
    await Bun.sleep(startsWithinMs)
  }
}

export const count = (names: string[]) => {
  const counted: Record<string, number> = {}
  for (const name of names.sort()) counted[name] = (counted[name] ?? 0) + 1
  return counted
}

const hitsOf = async (market: Marketplace) => {
  const { body } = await (await market.stripe()).call('GET', '/faults')
  const faults = body.faults as { operation: string; kind: string; times: number; remaining: number }[]
  return faults.flatMap(({ operation, kind, times, remaining }) =>
    Array.from({ length: times - remaining }, () => `${operation} ${kind}`),
  )
}

/** What happens to the sales of a run, one after the other: bought, handed over, and what comes after the show. */
const runStages = async (market: Marketplace, jwtKey: string, run: MoneyRun, progress: Progress) => {
  const { atOnce, settleWithinMs } = run
  const plans = planOf(run)
  const { buy, afterwards, handingOver } = await openPurchases(market, jwtKey, plans)
  const amidKills = <T>(plan: Plan, work: Promise<T>) =>
    Promise.all([work, killDuring(market, plan)]).then(([did]) => did)
  const outcomes = await runAll('purchases', plans, atOnce, (plan) => amidKills(plan, buy(plan)), progress)
  const evidence = await openEvidence(market)
  try {
    const settle = (disputes: number) => settled(() => evidence.unsettled(disputes), settleWithinMs, progress)
    const isSold = await settle(0)
    const handed = await runAll('hand-overs', outcomes, atOnce, handingOver.handOver, progress)
    await evidence.passDeadlines()
    if (run.kills > 0) await killDuring(market, { killsAfterMs: 0 })
    const isHandedOver = await settle(0)
    const paidEarly = await evidence.paidOut()
    await evidence.beginShows()
    const goOn = (outcome: Outcome) => amidKills(outcome.plan, afterwards(outcome))
    const later = await runAll('sales', outcomes, atOnce, goOn, progress)
    const disputes = later.filter((what) => what.startsWith('dispute ')).length
    const isSettled = isSold && isHandedOver && (await settle(disputes))
    await runAll('last looks', outcomes, atOnce, handingOver.askAtLast, progress)
    const held = await evidence.collect({ fileAnswers: handingOver.fileAnswers, paidEarly })
    return { isSettled, outcomes, handed, later, held }
  } finally {
    await evidence.close()
  }
}

/** A run of purchases with faults of every kind, decided by its seed; ends with what is true of the money. */
export const runMoney = async (run: MoneyRun, progress: Progress) => {
  const jwtKey = `chaos ${crypto.randomUUID()}`
  const market = await startMarketplaceForChaos(jwtKey)
  try {
    const { isSettled, outcomes, handed, later, held } = await runStages(market, jwtKey, run, progress)
    return {
      isSettled,
      broken: Object.entries(checkInvariants(held)),
      'faults that hit': count(await hitsOf(market)),
      answers: count(outcomes.flatMap(({ answers }) => answers)),
      orders: count(held.orders.map(({ status }) => status)),
      payments: count(held.payments.map(({ status }) => status)),
      'hand-overs': count(handed),
      files: count(held.fileAnswers.map(({ who, status }) => `${who} ${status}`)),
      afterwards: count(later),
      payouts: count(held.payouts.map(({ status }) => status)),
      sums: held.stripe.sums,
    }
  } finally {
    await market.stop()
  }
}
