import { join } from 'node:path'
import { createPorts, findPart, mongodServer, type ProcessSpec, redisServer, schedulerServer } from '@fairpass/servers'
import { testFolder } from '@fairpass/servers/testing'
import { visibleTo } from '../../tools/up/environment.ts'
import { stripeDouble } from '../../tools/up/stripe-double.ts'
import { eventually } from '../eventually.ts'
import { type Disk, mountDisk } from './disk.ts'
import { startProxy } from './proxy.ts'
import { followUntilAlike, promote } from './redis-replica.ts'
import { initiate, isPrimary, isUp } from './replica-set.ts'
import { readyWithinMs, superviseServer } from './supervised-server.ts'

const diskMegabytes = { mongod: 1_200, redis: 64, scheduler: 400 }

export type DiskName = keyof typeof diskMegabytes
export type ServersOptions = {
  members: 1 | 3
  /** which servers get a small disk of their own, which can be filled */
  disks: readonly DiskName[]
  seed: number
  /** what every server finds in its environment besides its own */
  env: Readonly<Record<string, string>>
}

/** Ports, a folder, and what has to be ended, in the order in which it was begun. */
const createBase = ({ seed, env }: Pick<ServersOptions, 'seed' | 'env'>) => {
  const stops: (() => unknown)[] = []
  const ports = createPorts()
  return {
    folder: testFolder(),
    ports,
    stops,
    supervise: async (spec: ProcessSpec) => {
      const server = await superviseServer({ ...spec, env: { ...spec.env, ...env } })
      stops.push(server.stop)
      return server
    },
    proxyTo: async (targetPort: () => number, at: number) => {
      const proxy = await startProxy({ targetPort, seed: seed + at })
      stops.push(proxy.stop)
      return proxy
    },
    stop: async () => {
      for (const one of stops.reverse()) await one()
      ports.release()
    },
  }
}

type Base = ReturnType<typeof createBase>

const mountDisks = ({ folder, stops }: Base, names: readonly DiskName[]) => {
  const mounted: Partial<Record<DiskName, Disk>> = {}
  for (const name of names) {
    const disk = mountDisk(join(folder, name), diskMegabytes[name])
    if (!disk) throw new Error('no disk can be mounted here')
    mounted[name] = disk
    stops.push(disk.remove)
  }
  return mounted
}

const startMembers = async ({ folder, ports, supervise, proxyTo }: Base, count: number) => {
  const part = await findPart('mongod')
  const start = async (at: number) => {
    const port = await ports.any()
    const dataDir = at === 0 ? folder : join(folder, `member-${at}`)
    const server = await supervise({ ...mongodServer({ part, dataDir, port }), isReady: () => isUp(port) })
    return { port, server, proxy: await proxyTo(() => port, at) }
  }
  const first = await start(0)
  const others = await Promise.all(Array.from({ length: count - 1 }, (_, at) => start(at + 1)))
  const members = [first, ...others]
  const hosts = members.map(({ proxy }) => `127.0.0.1:${proxy.port}`)
  await initiate(first.port, hosts)
  const findPrimary = async () => {
    for (const member of members) if (await isPrimary(member.port).catch(() => false)) return member
    throw new Error('there is no primary')
  }
  const primary = () => eventually(findPrimary, () => true, readyWithinMs)
  await primary()
  return { first, members, primary, uri: `mongodb://${hosts.join(',')}/?replicaSet=fairpass` }
}

const startRedis = async ({ folder, ports, supervise, proxyTo }: Base) => {
  const part = await findPart('redis-server')
  const [first, second] = [await ports.any(), await ports.any()]
  const server = await supervise(redisServer({ part, dataDir: folder, port: first }))
  let port = first
  const proxy = await proxyTo(() => port, 10)
  return {
    port: () => port,
    server,
    proxy,

    /** As Sentinel does it: a replica that has followed takes the place of the first, which is dead, under the address of all. */
    failOver: async () => {
      await supervise(redisServer({ part, dataDir: join(folder, 'replica'), port: second }))
      await followUntilAlike(second, first)
      server.kill()
      await promote(second)
      port = second
      // Connections to the first one end with it.
      proxy.reset()
    },
  }
}

const startScheduler = async ({ folder: dataDir, ports, supervise }: Base) => {
  const [port, healthPort] = [await ports.any(), await ports.any()]
  const [etcdClientPort, etcdPeerPort] = [await ports.any(), await ports.any()]
  const part = await findPart('scheduler')
  const spec = schedulerServer({ part, port, healthPort, dataDir, etcdClientPort, etcdPeerPort })
  return { port, server: await supervise(spec) }
}

const startStripe = async ({ folder: dataDir, ports, supervise, proxyTo }: Base, publicPort: number) => {
  const port = await ports.any()
  const webhookSecret = `whsec_${crypto.randomUUID()}`
  const webhookUrl = `http://127.0.0.1:${publicPort}/api/payments/webhooks/stripe`
  const spec = stripeDouble({ port, webhookSecret, webhookUrl, dataDir, env: visibleTo(process.env) })
  return { port, webhookSecret, server: await supervise(spec), proxy: await proxyTo(() => port, 11) }
}

/** All that the marketplace stands on, each with a proxy before it where it is asked for much. */
export const startServers = async ({ members, disks: names, seed, env }: ServersOptions) => {
  const base = createBase({ seed, env })
  try {
    const disks = mountDisks(base, names)
    const publicPort = await base.ports.any()
    const mongo = await startMembers(base, members)
    const redis = await startRedis(base)
    const scheduler = await startScheduler(base)
    const stripe = await startStripe(base, publicPort)
    base.ports.release()
    return { disks, publicPort, mongo, redis, scheduler, stripe, stop: base.stop }
  } catch (error) {
    await base.stop()
    throw error
  }
}
