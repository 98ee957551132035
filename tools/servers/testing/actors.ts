import { fileURLToPath } from 'node:url'
import { createDapr, type Dapr } from '@fairpass/sdk/dapr'
import {
  createPorts,
  findPart,
  placementServer,
  readTemplate,
  schedulerServer,
  sidecarServer,
  startProcess,
} from '@fairpass/servers'
import { testFolder } from './folder'
import { once } from './once'
import { testRedis } from './servers'

const ports = createPorts()
const templateFile = fileURLToPath(new URL('../../../dapr/dapr.yaml', import.meta.url))

const controlPlane = once(async () => {
  const [placement, scheduler] = [await findPart('placement'), await findPart('scheduler')]
  const [placementPort, schedulerPort] = [await ports.any(), await ports.any()]
  await Promise.all([
    startProcess(
      placementServer({
        part: placement,
        port: placementPort,
        healthPort: await ports.any(),
        raftPort: await ports.any(),
      }),
    ),
    startProcess(
      schedulerServer({
        part: scheduler,
        port: schedulerPort,
        healthPort: await ports.any(),
        dataDir: testFolder(),
        etcdClientPort: await ports.any(),
        etcdPeerPort: await ports.any(),
      }),
    ),
  ])
  return { placementAddress: `127.0.0.1:${placementPort}`, schedulerAddress: `127.0.0.1:${schedulerPort}` }
})

/** A real sidecar with placement and scheduler beside the app that `build` makes on it: one that hosts actors. */
export const testActorSidecar = async (
  appId: string,
  build: (dapr: Dapr) => { fetch: (request: Request) => Response | Promise<Response> },
): Promise<Dapr> => {
  const sidecar = { httpPort: await ports.any(), grpcPort: await ports.any(), internalGrpcPort: await ports.any() }
  const dapr = createDapr({ httpPort: sidecar.httpPort })
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: build(dapr).fetch })
  await startProcess(
    sidecarServer({
      part: await findPart('daprd'),
      template: await readTemplate(templateFile),
      app: { id: appId, port: server.port ?? 0, sidecar },
      ...(await controlPlane()),
      env: { PATH: process.env.PATH ?? '', REDIS_HOST: await testRedis(), REDIS_PASSWORD: '' },
    }),
  )
  return dapr
}
