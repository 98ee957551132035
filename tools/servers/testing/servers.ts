import { fileURLToPath } from 'node:url'
import { createDapr, type Dapr } from '@fairpass/sdk/dapr'
import { newId } from '@fairpass/sdk/mongo'
import { createPorts, mongodServer, mongodUri, readTemplate, redisServer, sidecarServer } from '@fairpass/servers'
import { type Db, MongoClient } from 'mongodb'
import { readBackend } from './backend.ts'
import { once } from './once.ts'
import { createProcesses } from './processes.ts'
import type { ServerSpec } from './spec.ts'

const mongoSpec: ServerSpec = {
  name: 'mongo',
  part: 'mongod',
  image: { name: 'mongo:7.0.28', variable: 'TEST_IMAGE_MONGO' },
  describe: async (place) => mongodServer(place),
}

const redisSpec: ServerSpec = {
  name: 'redis',
  part: 'redis-server',
  image: { name: 'redis:7.4.2', variable: 'TEST_IMAGE_REDIS' },
  describe: async (place) => redisServer(place),
}

type Beside = { appId: string; appPort: number; redis: string }

const sidecarSpec = async ({ appId, appPort, redis }: Beside): Promise<ServerSpec> => {
  const template = await readTemplate(fileURLToPath(new URL('../../../dapr/dapr.yaml', import.meta.url)))
  const [grpcPort, internalGrpcPort] = [await ports.any(), await ports.any()]
  return {
    name: `${appId}-daprd`,
    part: 'daprd',
    image: { name: 'daprio/daprd:1.18.2', variable: 'TEST_IMAGE_DAPRD' },
    files: [...template.resourcesPaths, template.configFile],
    appPort,
    describe: async (place) =>
      sidecarServer({
        ...place,
        template: {
          ...template,
          resourcesPaths: template.resourcesPaths.map(place.pathOf),
          configFile: place.pathOf(template.configFile),
        },
        app: { id: appId, port: appPort, sidecar: { httpPort: place.port, grpcPort, internalGrpcPort } },
        extraConfigFiles: await place.nameFiles(),
        env: { PATH: process.env.PATH ?? '', REDIS_HOST: redis, REDIS_PASSWORD: '' },
      }),
  }
}

const ports = createPorts()
const backend = await readBackend(process.env)
const start =
  backend.kind === 'containers'
    ? await (await import('./containers')).createContainers(backend.socket, ports)
    : createProcesses(ports)

const redis = once(() => start(redisSpec))
const mongo = once(async () => {
  const { port } = await start(mongoSpec)
  return new MongoClient(mongodUri(port), {
    writeConcern: { w: 'majority', journal: true },
    readConcern: { level: 'majority' },
  })
})

// A hook has five seconds, in which no image is pulled; loading a module takes as long as it takes.
if (backend.kind === 'containers') await Promise.all([mongo(), redis()])

/** The address of the Redis behind every `testSidecar` of this process, which is started when it is asked for. */
export const testRedis = async () => `127.0.0.1:${(await redis()).port}`

/** An empty database on a real MongoDB replica set, which is started with the first one that is asked for. */
export const testDatabase = async (): Promise<Db> => (await mongo()).db(`test-${newId()}`)

/** Which app ids of this process have an app that answers for itself. */
const answering = new Map<string, boolean>()

/**
 * A real sidecar on a real Redis, with the project's own components, beside `app` or an app that agrees to everything.
 * An id that a test invokes is that test's alone: all files of a run share the names, and sidecars of one name take turns.
 */
export const testSidecar = async (
  appId: string,
  app?: { fetch: (request: Request) => Response | Promise<Response> },
): Promise<Dapr> => {
  const known = answering.get(appId)
  if (known || (known === false && app))
    throw new Error(`the app id ${appId} is another test's; choose one of your own`)
  answering.set(appId, app !== undefined)
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: app?.fetch ?? (() => Response.json([])) })
  const { inside } = await redis()
  const { port } = await start(await sidecarSpec({ appId, appPort: server.port ?? 0, redis: inside }))
  return createDapr({ httpPort: port })
}
