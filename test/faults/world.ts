import { controlOf } from '@fairpass/stripe-double/testing.ts'
import { MongoClient } from 'mongodb'
import { doubleKey } from '../../tools/up/stripe-double.ts'
import { type ServiceName, startMarketplace } from '../marketplace.ts'
import { untilAcknowledged, untilWhole } from './replica-set.ts'
import { type ServersOptions, startServers } from './servers.ts'

type Options = {
  env?: Record<string, string>
  /** what all programs find in their environment, the servers among them */
  everywhere?: Record<string, string>
} & Partial<Omit<ServersOptions, 'env'>>
type Servers = Awaited<ReturnType<typeof startServers>>

const environmentOf = ({ publicPort, mongo, redis, scheduler, stripe }: Servers) => ({
  PORT: `${publicPort}`,
  MONGODB_URI: mongo.uri,
  REDIS_HOST: `127.0.0.1:${redis.proxy.port}`,
  DAPR_SCHEDULER_HOST_ADDRESS: `127.0.0.1:${scheduler.port}`,
  STRIPE_API_URL: `http://127.0.0.1:${stripe.proxy.port}`,
  STRIPE_SECRET_KEY: doubleKey,
  STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
  LOG_LEVEL: 'warn',
})

/**
 * The real `up` on servers of ours, with a proxy before each: what fails between parts, and which disks are full, is for
 * the test to say.
 */
export const startWorld = async ({ env = {}, everywhere = {}, members = 1, disks = [], seed = 1 }: Options = {}) => {
  const servers = await startServers({ members, disks, seed, env: everywhere })
  const { mongo, redis, scheduler, stripe } = servers
  const market = await startMarketplace({ ...environmentOf(servers), ...env, ...everywhere }).catch(async (error) => {
    await servers.stop()
    throw error
  })
  return {
    ...market,
    proxies: { mongod: mongo.first.proxy, redis: redis.proxy, stripe: stripe.proxy },
    members: mongo.members,
    servers: {
      mongod: mongo.first.server,
      redis: redis.server,
      scheduler: scheduler.server,
      stripe: stripe.server,
    },
    disks: servers.disks,
    primary: mongo.primary,
    /** Until MongoDB, by itself, does what it is there for; a member may be away. */
    untilMongoWrites: () => untilAcknowledged(mongo.uri),
    /** Until MongoDB, by itself, is whole again. */
    untilMongoAgrees: () =>
      untilWhole(
        mongo.uri,
        mongo.members.map(({ port }) => port),
      ),
    redisPort: redis.port,
    failOverRedis: redis.failOver,
    stripe: async () => controlOf(stripe.port),

    /** A service's database, whichever member is the primary. */
    database: async (name: ServiceName) => {
      const client = new MongoClient(mongo.uri)
      return { db: client.db(name), close: () => client.close() }
    },

    stop: async () => {
      await market.stop()
      await servers.stop()
    },
  }
}

export type World = Awaited<ReturnType<typeof startWorld>>
