import { randomBytes } from 'node:crypto'
import {
  findPart,
  mongodServer,
  mongodUri,
  type Ports,
  type ProcessSpec,
  placementServer,
  redisServer,
  schedulerServer,
  startProcess,
} from '@fairpass/servers'
import { doubleKey, stripeDouble } from '../../tools/up/stripe-double.ts'

/** Where they listen. */
type Places = { mongod: number; redis: number; stripe: number; placement: number; scheduler: number }

const newSecret = () => randomBytes(32).toString('base64')

/** The servers that whoever calls `dapr run -f` has: MongoDB, Redis, Dapr's control plane, and Stripe, here its double. */
export const startServers = async (dataDir: string, ports: Ports, origin: string, places: Places) => {
  const { mongod, redis, stripe, placement, scheduler } = places
  const webhookSecret = `whsec_${crypto.randomUUID()}`
  const specs: ProcessSpec[] = [
    mongodServer({ part: await findPart('mongod'), dataDir, port: mongod }),
    redisServer({ part: await findPart('redis-server'), dataDir, port: redis }),
    placementServer({
      part: await findPart('placement'),
      port: placement,
      healthPort: await ports.any(),
      raftPort: await ports.any(),
    }),
    schedulerServer({
      part: await findPart('scheduler'),
      port: scheduler,
      healthPort: await ports.any(),
      dataDir,
      etcdClientPort: await ports.any(),
      etcdPeerPort: await ports.any(),
    }),
    stripeDouble({
      port: stripe,
      webhookUrl: `${origin}/api/payments/webhooks/stripe`,
      webhookSecret,
      dataDir,
      env: { PATH: process.env.PATH ?? '' },
    }),
  ]
  const running = await Promise.all(specs.map((spec) => startProcess(spec)))
  return {
    /** What has to be exported first, as dapr/dapr.yaml says. */
    env: {
      MONGODB_URI: mongodUri(mongod),
      REDIS_HOST: `127.0.0.1:${redis}`,
      REDIS_PASSWORD: '',
      JWT_KEY: newSecret(),
      FILE_KEY: newSecret(),
      STRIPE_API_URL: `http://127.0.0.1:${stripe}`,
      STRIPE_SECRET_KEY: doubleKey,
      STRIPE_WEBHOOK_SECRET: webhookSecret,
    },
    stop: () => Promise.all(running.map((server) => server.stop())),
  }
}
