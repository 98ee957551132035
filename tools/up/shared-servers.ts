import type { Part, PartName, Ports } from '@fairpass/servers'
import {
  mongodServer,
  mongodUri,
  type ProcessSpec,
  placementServer,
  redisServer,
  schedulerServer,
} from '@fairpass/servers'
import { type DataFolder, keptSecret } from './data-folder.ts'
import { visibleTo } from './environment.ts'
import { mailboxServer } from './mailbox.ts'
import type { Settings } from './settings.ts'
import { doubleKey, stripeDouble } from './stripe-double.ts'

export type Reachable = { name: 'mongod' | 'redis' | 'stripe' | 'mailbox' | 'prometheus'; port: number }

type Options = { settings: Settings; ports: Ports; data: DataFolder; parts: ReadonlyMap<PartName, Part> }

// Fixed where free: a replica set that comes back on its old port needs no new configuration.
export const preferred = { mongod: 27_117, redis: 6_479, prometheus: 9_090, mailbox: 8_025 }

/** Servers that this run starts itself, and what apps must know to use them. */
type Shared = {
  servers: ProcessSpec[]
  reachable: Reachable[]
  environment: Record<string, string>
}

export const shareServers = async (options: Options) => {
  const control = await startControlPlane(options)
  const shared = [await shareDatabases(options), control, await shareStripe(options), await shareMailbox(options)]
  return {
    servers: shared.flatMap(({ servers }) => servers),
    reachable: shared.flatMap(({ reachable }) => reachable),
    environment: Object.assign({}, ...shared.map(({ environment }) => environment)) as Record<string, string>,
    controlPlane: control.addresses,
  }
}

const shareDatabases = async ({ settings, ports, data, parts }: Options): Promise<Shared> => {
  const shared: Shared = { servers: [], reachable: [], environment: {} }
  const dataDir = data.path
  if (!settings.redisHost) {
    const port = await ports.preferably(preferred.redis)
    const part = partOf(parts, 'redis-server')
    shared.servers.push(redisServer({ part, dataDir, port, password: settings.redisPassword }))
    shared.reachable.push({ name: 'redis', port })
    shared.environment.REDIS_HOST = `127.0.0.1:${port}`
  }
  if (!settings.mongodbUri) {
    const port = await ports.preferably(preferred.mongod)
    shared.servers.push(mongodServer({ part: partOf(parts, 'mongod'), dataDir, port }))
    shared.reachable.push({ name: 'mongod', port })
    shared.environment.MONGODB_URI = mongodUri(port)
  }
  return shared
}

/** Dapr's control plane, for actors and their reminders. */
const startControlPlane = async ({ settings, ports, data, parts }: Options) => {
  const servers: ProcessSpec[] = []
  const addresses = {
    placementAddress: settings.placementAddress ?? `127.0.0.1:${await ports.any()}`,
    schedulerAddress: settings.schedulerAddress ?? `127.0.0.1:${await ports.any()}`,
  }
  if (!settings.placementAddress) {
    const [healthPort, raftPort] = [await ports.any(), await ports.any()]
    const port = portOf(addresses.placementAddress)
    servers.push(placementServer({ part: partOf(parts, 'placement'), port, healthPort, raftPort }))
  }
  if (!settings.schedulerAddress) {
    const [healthPort, etcdClientPort, etcdPeerPort] = [await ports.any(), await ports.any(), await ports.any()]
    const port = portOf(addresses.schedulerAddress)
    const part = partOf(parts, 'scheduler')
    servers.push(schedulerServer({ part, port, healthPort, dataDir: data.path, etcdClientPort, etcdPeerPort }))
  }
  return { servers, reachable: [], environment: {}, addresses }
}

const nothing: Shared = { servers: [], reachable: [], environment: {} }

const shareStripe = async ({ settings, ports, data }: Options): Promise<Shared> => {
  if (settings.hasStripeKey) return nothing
  const dataDir = data.path
  const port = await ports.any()
  const webhookSecret = keptSecret(dataDir, 'stripe-webhook-secret')
  const webhookUrl = `http://127.0.0.1:${settings.port}/api/payments/webhooks/stripe`
  console.log('STRIPE_SECRET_KEY is not set: payments go to the local double of Stripe, no money moves')
  return {
    servers: [stripeDouble({ port, webhookSecret, webhookUrl, dataDir, env: visibleTo(process.env) })],
    reachable: [{ name: 'stripe', port }],
    environment: {
      STRIPE_API_URL: `http://127.0.0.1:${port}`,
      STRIPE_SECRET_KEY: doubleKey,
      STRIPE_WEBHOOK_SECRET: webhookSecret,
    },
  }
}

const shareMailbox = async ({ settings, ports, data }: Options): Promise<Shared> => {
  if (settings.hasMailServer) return nothing
  const [port, smtpPort] = [await ports.preferably(preferred.mailbox), await ports.any()]
  console.log(`SMTP_URL is not set: mails go to a mailbox on this machine, http://127.0.0.1:${port}`)
  return {
    servers: [mailboxServer({ port, smtpPort, dataDir: data.path, env: visibleTo(process.env) })],
    reachable: [{ name: 'mailbox', port }],
    environment: { SMTP_URL: `smtp://127.0.0.1:${smtpPort}` },
  }
}

const portOf = (address: string) => Number(address.slice(address.lastIndexOf(':') + 1))

export const partOf = (parts: ReadonlyMap<PartName, Part>, name: PartName): Part => {
  const part = parts.get(name)
  if (!part) throw new Error(`${name} was not looked for`)
  return part
}
