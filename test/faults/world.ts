import { join } from 'node:path'
import { createPorts, findPart, mongodServer, type ProcessSpec, redisServer, schedulerServer } from '@fairpass/servers'
import { testFolder } from '@fairpass/servers/testing'
import { controlOf } from '@fairpass/stripe-double/testing.ts'
import { MongoClient } from 'mongodb'
import { visibleTo } from '../../tools/up/environment.ts'
import { supervise } from '../../tools/up/processes/supervisor.ts'
import { doubleKey, stripeDouble } from '../../tools/up/stripe-double.ts'
import { eventually } from '../eventually.ts'
import { type ServiceName, startMarketplace } from '../marketplace.ts'
import { type Disk, mountDisk } from './disk.ts'
import { type FaultyProxy, startProxy } from './proxy.ts'
import { answers, initiate, isPrimary } from './replica-set.ts'

const diskMegabytes = { mongod: 1_200, redis: 64, scheduler: 400 }
const readyWithinMs = 60_000
/** Servers come back soon, so that a test need not wait for the pause that keeps a machine from spinning. */
const pauses = { firstMs: 200, longestMs: 1_000, forgivenAfterMs: 30_000 }

export type DiskName = keyof typeof diskMegabytes
type Options = {
  env?: Record<string, string>
  members?: 1 | 3
  /** which servers get a small disk of their own, which can be filled */
  disks?: readonly DiskName[]
  seed?: number
}

/** A server that is started again when it dies, as `up` and a cluster do. */
const keep = async (spec: ProcessSpec) => {
  let said = ''
  const supervised = supervise(
    spec,
    {
      onOutput: (chunk) => {
        said = (said + Buffer.from(chunk).toString()).slice(-20_000)
      },
      onEnd: () => {},
      onStart: () => {},
    },
    pauses,
  )
  await eventually(spec.isReady, (isReady) => isReady, readyWithinMs).catch((error) => {
    throw new Error(`${spec.name}: ${error.message}\n${said}`)
  })
  return {
    /** SIGKILL to the process of now; another one is started at once. */
    kill: () => process.kill(supervised.pid, 'SIGKILL'),
    signal: (name: NodeJS.Signals) => process.kill(supervised.pid, name),
    pid: () => supervised.pid,
    stop: () => supervised.stop(3_000),
    said: () => said,
  }
}

/**
 * The real `up` on servers of ours, with a proxy before each: what fails between parts, and which disks are full, is for
 * the test to say.
 */
export const startWorld = async ({ env = {}, members = 1, disks = [], seed = 1 }: Options = {}) => {
  const ports = createPorts()
  const folder = testFolder()
  const stops: (() => unknown)[] = []
  const mounted = new Map<DiskName, Disk>()
  const mount = (name: DiskName) => {
    const disk = mountDisk(join(folder, name), diskMegabytes[name])
    if (!disk) throw new Error('no disk can be mounted here')
    mounted.set(name, disk)
    stops.push(disk.remove)
  }
  const stop = async () => {
    for (const one of stops.reverse()) await one()
    ports.release()
  }
  try {
    for (const name of disks) mount(name)
    const proxied = async (port: number, at: number) => {
      const proxy = await startProxy({ targetPort: () => port, seed: seed + at })
      stops.push(proxy.stop)
      return proxy
    }
    const keepUntilStop = async (spec: ProcessSpec) => {
      const kept = await keep(spec)
      stops.push(kept.stop)
      return kept
    }

    const mongodPart = await findPart('mongod')
    const mongods = await Promise.all(
      Array.from({ length: members }, async (_, at) => {
        const port = await ports.any()
        const dataDir = at === 0 ? folder : join(folder, `member-${at}`)
        const spec = { ...mongodServer({ part: mongodPart, dataDir, port }), isReady: () => answers(port) }
        return { port, proxy: await proxied(port, at), kept: await keepUntilStop(spec) }
      }),
    )
    const hosts = mongods.map(({ proxy }) => `127.0.0.1:${proxy.port}`)
    await initiate(mongods[0]?.port ?? 0, hosts)
    const primary = async () => {
      for (const mongod of mongods) if (await isPrimary(mongod.port).catch(() => false)) return mongod
      throw new Error('there is no primary')
    }
    await eventually(primary, () => true, readyWithinMs)

    const redisPort = await ports.any()
    const redis = await keepUntilStop(
      redisServer({ part: await findPart('redis-server'), dataDir: folder, port: redisPort }),
    )
    const redisProxy = await proxied(redisPort, 10)

    const schedulerPort = await ports.any()
    const scheduler = await keepUntilStop(
      schedulerServer({
        part: await findPart('scheduler'),
        port: schedulerPort,
        healthPort: await ports.any(),
        dataDir: folder,
        etcdClientPort: await ports.any(),
        etcdPeerPort: await ports.any(),
      }),
    )

    const [publicPort, stripePort] = [await ports.any(), await ports.any()]
    const webhookSecret = `whsec_${crypto.randomUUID()}`
    const stripe = await keepUntilStop(
      stripeDouble({
        port: stripePort,
        webhookSecret,
        webhookUrl: `http://127.0.0.1:${publicPort}/api/payments/webhooks/stripe`,
        dataDir: folder,
        env: visibleTo(process.env),
      }),
    )
    const stripeProxy = await proxied(stripePort, 11)
    ports.release()

    const market = await startMarketplace({
      PORT: `${publicPort}`,
      MONGODB_URI: `mongodb://${hosts.join(',')}/?replicaSet=fairpass`,
      REDIS_HOST: `127.0.0.1:${redisProxy.port}`,
      DAPR_SCHEDULER_HOST_ADDRESS: `127.0.0.1:${schedulerPort}`,
      STRIPE_API_URL: `http://127.0.0.1:${stripeProxy.port}`,
      STRIPE_SECRET_KEY: doubleKey,
      STRIPE_WEBHOOK_SECRET: webhookSecret,
      LOG_LEVEL: 'warn',
      ...env,
    })
    stops.push(market.stop)
    const primaryPort = async () => (await eventually(primary, () => true, readyWithinMs)).port
    const proxies: Record<'mongod' | 'redis' | 'stripe', FaultyProxy> = {
      mongod: mongods[0]?.proxy as FaultyProxy,
      redis: redisProxy,
      stripe: stripeProxy,
    }
    return {
      ...market,
      folder,
      proxies,
      mongods,
      servers: { mongod: mongods[0]?.kept as typeof redis, redis, scheduler, stripe },
      disks: Object.fromEntries(mounted) as Partial<Record<DiskName, Disk>>,
      primary,
      redisPort,
      stripe: async () => controlOf(stripePort),

      /** A service's database, past the proxies. */
      database: async (name: ServiceName) => {
        const client = new MongoClient(`mongodb://127.0.0.1:${await primaryPort()}/?directConnection=true`)
        return { db: client.db(name), close: () => client.close() }
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

export type World = Awaited<ReturnType<typeof startWorld>>
