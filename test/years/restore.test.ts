import { expect, test } from 'bun:test'
import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { testFolder } from '@fairpass/servers/testing'
import { eventually, type Marketplace, startMarketplace } from '../marketplace.ts'
import { brokenAtTheEnd, openShop, states } from './shop.ts'

// Guarantee: a backup that is older than what Stripe knows gives a marketplace in which nobody was charged twice or for
// nothing, and no ticket is sold twice.

const root = new URL('../..', import.meta.url).pathname
const jwtKey = `restore ${crypto.randomUUID()}`
const env = {
  JWT_KEY: jwtKey,
  HOLD_SECONDS: '15',
  LIMIT_ORDER_ADDRESS: 'off',
  LIMIT_ORDER_ACCOUNT: 'off',
  STRIPE_SECRET_KEY: '',
  STRIPE_WEBHOOK_SECRET: '',
}

const run = async (script: string, file: string, dataDir: string) => {
  const child = Bun.spawn([process.execPath, 'run', script, file], {
    cwd: root,
    env: { ...process.env, DATA_DIR: dataDir, MONGODB_URI: '' },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  if (code !== 0) throw new Error(`bun run ${script}: ${out}${err}`)
}

/** Buys and pays for as long as `work` takes. */
const underLoad = async <T>(shop: ReturnType<typeof openShop>, work: () => Promise<T>): Promise<T> => {
  let isOver = false
  const buying = Array.from({ length: 3 }, async () => {
    while (!isOver) await shop.sell('paid')
  })
  try {
    return await work()
  } finally {
    isOver = true
    await Promise.all(buying)
  }
}

const intentsOf = async (market: Marketplace, orderId: string) => {
  const { intents } = await (await market.stripe()).state()
  return intents.filter(({ metadata }) => metadata.orderId === orderId)
}

test('a marketplace comes back from a backup that Stripe is ahead of', async () => {
  const file = join(testFolder(), 'fairpass.backup')
  const old = await startMarketplace(env)
  const shop = openShop(old, jwtKey)
  const before = await Promise.all(states.map((state) => shop.sell(state)))
  const wanted = await Promise.all(['a', 'b', 'c'].map((title) => shop.list(title)))
  await underLoad(shop, () => run('backup', file, old.dataDir))
  const after = await Promise.all(wanted.map((ticketId) => shop.buy(ticketId, 'paid')))
  const form = before.find(({ state }) => state === 'formOpen')
  if (!form) throw new Error('no form is open')
  await shop.confirm(form)
  await eventually(
    () => intentsOf(old, form.orderId),
    ([intent]) => intent?.captured === 8_900,
    10_000,
  )
  await old.stop()

  const dataDir = testFolder()
  for (const name of ['stripe.json', 'stripe.json-wal', 'stripe.json-shm', 'file-key'])
    if (existsSync(join(old.dataDir, name))) cpSync(join(old.dataDir, name), join(dataDir, name))
  await run('restore', file, dataDir)
  const restored = await startMarketplace({ ...env, DATA_DIR: dataDir })
  try {
    expect(restored.origin).not.toBe(old.origin)
    const again = openShop(restored, jwtKey)
    for (const purchase of before.filter(({ state }) => ['paid', 'withCoupon', 'refunded'].includes(state)))
      expect((await again.orderOf(purchase)).body.status).toBe(purchase.state === 'refunded' ? 'refunded' : 'completed')
    // The backup has the open form's order: it is completed if it is still in time, else the money goes back.
    await eventually(
      async () => {
        const [intent] = await intentsOf(restored, form.orderId)
        return [(await again.orderOf(form)).body.status, intent?.refunded]
      },
      ([status, refunded]) => status === 'completed' || refunded === 8_900,
      60_000,
    )
    for (const { orderId } of after)
      expect(
        await eventually(
          async () =>
            (await intentsOf(restored, orderId)).map(({ captured, refunded, refunds }) => [
              captured,
              refunded,
              refunds.length,
            ]),
          ([intent]) => intent?.[1] !== 0,
          60_000,
        ),
      ).toEqual([[8_900, 8_900, 1]])
    // What they had bought is on sale again, and is sold once more, to somebody else.
    for (const ticketId of wanted) {
      const { orderId } = await again.buy(ticketId, 'paid')
      expect(await intentsOf(restored, orderId)).toMatchObject([{ captured: 8_900, refunded: 0 }])
    }
    expect(await brokenAtTheEnd(restored)).toEqual({})
  } finally {
    await restored.stop()
  }
}, 240_000)
