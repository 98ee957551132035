import { join } from 'node:path'
import { createNames, findPart, nameResolutionConfig, type Ports, startProcess } from '@fairpass/servers'
import { testFolder } from './folder.ts'
import { once } from './once.ts'
import type { Start } from './spec.ts'

const loopback = '127.0.0.1'

/** Starts servers as plain processes on loopback: two to three seconds for all, no daemon, no image. */
export const createProcesses = (ports: Ports): Start => {
  // Multicast, by which sidecars find each other elsewhere, is filtered on many networks.
  const nameFiles = once(async () => {
    const folder = testFolder()
    createNames(join(folder, 'names.db'))
    await Bun.write(join(folder, 'names.json'), JSON.stringify(nameResolutionConfig(join(folder, 'names.db'))))
    return [join(folder, 'names.json')]
  })
  return async (spec) => {
    const place = {
      part: await findPart(spec.part),
      dataDir: testFolder(),
      listen: loopback,
      port: await ports.any(),
      appHost: loopback,
      pathOf: (path: string) => path,
      nameFiles,
    }
    await startProcess(await spec.describe(place))
    return { port: place.port, inside: `${loopback}:${place.port}` }
  }
}
