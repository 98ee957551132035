import { type Marketplace, startMarketplace } from '../marketplace.ts'
import { createClient } from './client.ts'
import { openEvidence, type Unsettled } from './evidence.ts'
import { checkInvariants } from './invariants.ts'
import { createPeople } from './people.ts'
import { type Plan, planOf, stripeTimeoutMs } from './plan.ts'
import { createPurchases, type Outcome } from './purchase.ts'

export type MoneyRun = { seed: number; purchases: number; kills: number; atOnce: number; settleWithinMs: number }
type Progress = (line: string) => void

const holdSeconds = 20
const couponsAtOnce = 1_000
const startsWithinMs = 500

const startChaoticMarketplace = (jwtKey: string) =>
  startMarketplace({
    JWT_KEY: jwtKey,
    HOLD_SECONDS: `${holdSeconds}`,
    STRIPE_TIMEOUT_MS: `${stripeTimeoutMs}`,
    LIMIT_ORDER_ADDRESS: 'off',
    LIMIT_ORDER_ACCOUNT: 'off',
    LOG_LEVEL: 'warn',
    // Without a key of Stripe's own: nothing here may ever reach a real account.
    STRIPE_SECRET_KEY: '',
    STRIPE_WEBHOOK_SECRET: '',
  })

const openShop = async (market: Marketplace, jwtKey: string, plans: Plan[]) => {
  const client = createClient(market.origin)
  const newPerson = createPeople(jwtKey)
  const admin = newPerson('admin')
  const wanting = plans.filter(({ way }) => way === 'coupon').map(({ index }) => index)
  const codes = new Map<number, string>()
  for (let from = 0; from < wanting.length; from += couponsAtOnce) {
    const indexes = wanting.slice(from, from + couponsAtOnce)
    const { body } = await client.ask(admin, 'POST', '/api/coupons', { quantity: indexes.length }, `coupons-${from}`)
    const made = body.coupons as { code: string }[]
    for (const [at, index] of indexes.entries()) codes.set(index, made[at]?.code ?? '')
  }
  return createPurchases({
    client,
    double: await market.stripe(),
    newPerson,
    seller: newPerson(),
    admin,
    couponFor: ({ index }) => codes.get(index) ?? '',
  })
}

/** Ends payments with SIGKILL in the middle of this purchase; `up` starts it again. */
const killLater = async (market: Marketplace, { killsAfterMs }: Plan) => {
  if (killsAfterMs === undefined) return
  await Bun.sleep(killsAfterMs)
  await market.kill(({ services }) => services.payments.pid).catch(() => {})
}

const runAll = async (
  plans: Plan[],
  atOnce: number,
  one: (plan: Plan) => Promise<Outcome>,
  progress: Progress,
): Promise<Outcome[]> => {
  const outcomes: Outcome[] = []
  const waiting = plans.values()
  const step = Math.max(1, Math.floor(plans.length / 20))
  const begun = performance.now()
  const work = async () => {
    for (const plan of waiting) {
      outcomes.push(await one(plan))
      if (outcomes.length % step === 0 || outcomes.length === plans.length)
        progress(`${outcomes.length} of ${plans.length} purchases, ${Math.round((performance.now() - begun) / 1000)} s`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return outcomes
}

const settled = async (look: () => Promise<Unsettled>, withinMs: number, progress: Progress) => {
  const deadline = Date.now() + withinMs
  let told = 0
  for (;;) {
    const left = await look()
    if (left.payments + left.orders + left.webhooks === 0) return true
    if (Date.now() > deadline) return false
    if (Date.now() - told > 10_000) {
      progress(`settling: ${left.payments} payments, ${left.orders} orders, ${left.webhooks} webhooks are open`)
      told = Date.now()
    }
    await Bun.sleep(startsWithinMs)
  }
}

const count = (names: string[]) => {
  const counted: Record<string, number> = {}
  for (const name of names.sort()) counted[name] = (counted[name] ?? 0) + 1
  return counted
}

/** A run of purchases with trouble of every kind, decided by its seed; ends with what is true of the money. */
export const runMoney = async ({ seed, purchases, kills, atOnce, settleWithinMs }: MoneyRun, progress: Progress) => {
  const jwtKey = `chaos ${crypto.randomUUID()}`
  const plans = planOf({ seed, purchases, kills })
  const market = await startChaoticMarketplace(jwtKey)
  try {
    const buy = await openShop(market, jwtKey, plans)
    const outcomes = await runAll(
      plans,
      atOnce,
      async (plan) => {
        const [outcome] = await Promise.all([buy(plan), killLater(market, plan)])
        return outcome
      },
      progress,
    )
    const evidence = await openEvidence(market)
    try {
      const isSettled = await settled(evidence.unsettled, settleWithinMs, progress)
      const held = await evidence.collect()
      const { body } = await (await market.stripe()).call('GET', '/faults')
      const faults = body.faults as { operation: string; kind: string; times: number; remaining: number }[]
      const struck = faults.flatMap(({ operation, kind, times, remaining }) =>
        Array.from({ length: times - remaining }, () => `${operation} ${kind}`),
      )
      return {
        isSettled,
        broken: Object.entries(checkInvariants(held)),
        struck: count(struck),
        answers: count(outcomes.flatMap(({ answers }) => answers)),
        orders: count(held.orders.map(({ status }) => status)),
        payments: count(held.payments.map(({ status }) => status)),
        sums: held.stripe.sums,
      }
    } finally {
      await evidence.close()
    }
  } finally {
    await market.stop()
  }
}
