import { readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { eventually, type Marketplace, type ServiceName, startMarketplace } from '../marketplace.ts'
import { buildWeb, openPrevious, root, type Version } from './previous.ts'
import { brokenAtTheEnd, openShop, type Purchase, type Shop, states } from './shop.ts'

/** Publishers before subscribers, and the other way round: this order has both. */
const services: readonly ServiceName[] = ['auth', 'orders', 'tickets', 'expiration', 'payments']
const env = {
  HOLD_SECONDS: '45',
  LIMIT_ORDER_ADDRESS: 'off',
  LIMIT_ORDER_ACCOUNT: 'off',
  STRIPE_SECRET_KEY: '',
  STRIPE_WEBHOOK_SECRET: '',
}
const buyersAtOnce = 3
const backWithinMs = 40_000

type Options = {
  commit: string
  /** whether the web app of the version before is built, too, and replaced */
  withWeb?: boolean
  progress?: (line: string) => void
}

/** The file that a process runs, where the kernel tells. */
const programOf = (pid: number): string | undefined => {
  try {
    const program = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').at(-2) ?? ''
    return realpathSync(resolve(readlinkSync(`/proc/${pid}/cwd`), program))
  } catch {
    return undefined
  }
}

/** Buys and pays for as long as `work` takes. @returns what was bought meanwhile */
const underLoad = async (shop: Shop, work: () => Promise<void>): Promise<Purchase[]> => {
  let isOver = false
  const bought: Purchase[] = []
  const buying = Promise.all(
    Array.from({ length: buyersAtOnce }, async () => {
      while (!isOver) bought.push(await shop.sell(states[bought.length % states.length] ?? 'paid'))
    }),
  )
  await Promise.all([work().finally(() => (isOver = true)), buying])
  return bought
}

/** Ends one process as a roll-out does, and waits until the other version answers in its place. */
const replace = async (market: Marketplace, name: ServiceName | 'web', take: () => void, folder: string) => {
  const pidOf = async () => {
    const { web, services } = await market.runFile()
    return name === 'web' ? web.pid : services[name].pid
  }
  const before = await pidOf()
  take()
  process.kill(before, 'SIGTERM')
  const pid = await eventually(pidOf, (now) => now !== undefined && now !== before, backWithinMs)
  await market.untilReady()
  const program = programOf(pid)
  if (program !== undefined && !program.startsWith(`${realpathSync(folder)}/`))
    throw new Error(`${name} runs ${program}, not ${folder}`)
}

/** What was begun under the version before goes on under this one: whoever has an order pays it, or gives it up. */
const finish = (shop: Shop, purchases: readonly Purchase[]) =>
  Promise.all(
    purchases.map(async (purchase) => {
      if (purchase.state === 'open') await shop.payLate(purchase)
      // Nobody has to wait until their time is over; who asked while a service was away has paid nothing.
      if (['formOpen', 'declined', 'stuck'].includes(purchase.state)) await shop.abandon(purchase)
    }),
  )

/**
 * Replaces a marketplace of the version before by today's, service by service, while people buy; then back again.
 * @returns what is broken at the end of each way
 */
export const upgradeUnderLoad = async ({ commit, withWeb = false, progress = () => {} }: Options) => {
  const jwtKey = `upgrade ${crypto.randomUUID()}`
  const { tree, take } = await openPrevious(commit)
  const parts = [
    ...services.map((name) => ({ name, folder: `services/${name}` })),
    { name: 'web' as const, folder: 'web' },
  ]
  if (withWeb) progress('Building the web apps of both')
  for (const one of withWeb ? [tree, root] : []) await buildWeb(one)
  if (!withWeb) take('web', 'today')
  const replaced = parts.filter(({ name }) => name !== 'web' || withWeb)
  progress(`Starting ${commit}`)
  const market = await startMarketplace({ ...env, JWT_KEY: jwtKey }, [], tree)
  const shop = openShop(market, jwtKey)
  const broken: Record<string, Record<string, string[]>> = {}
  let count = 0
  const roll = async (version: Version) => {
    const before = await Promise.all(states.map((state) => shop.sell(state)))
    const meanwhile = await underLoad(shop, async () => {
      for (const { name, folder } of replaced) {
        progress(`${name}: ${version}`)
        await replace(
          market,
          name,
          () => take(folder, version),
          version === 'today' ? `${root}${folder}` : `${tree}/${folder}`,
        )
      }
    })
    await finish(shop, [...before, ...meanwhile])
    count += before.length + meanwhile.length
    progress(`${before.length + meanwhile.length} purchases; waiting until all have ended`)
    broken[version] = await brokenAtTheEnd(market)
  }
  try {
    await roll('today')
    await roll('previous')
    return { purchases: count, broken }
  } finally {
    await market.stop()
  }
}
