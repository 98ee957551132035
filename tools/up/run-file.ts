import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { App } from '@fairpass/servers'
import { writeWhole } from './data-folder.ts'
import type { System } from './system.ts'

type ServerEntry = System['reachable'][number]

type Described = {
  readonly apps: readonly App[]
  /** The servers that this run started itself and that others may want to reach. */
  readonly servers: readonly ServerEntry[]
  pidOf(name: string): number | undefined
}

/** The contents of `run.json`: what runs, for tests and tools. */
const describeRun = ({ apps, servers, pidOf }: Described) => {
  const web = apps.find(({ id }) => id === 'web')
  const services = apps.filter(({ id }) => id !== 'web')
  const describe = (app: App) => ({
    pid: pidOf(app.id),
    port: app.port,
    daprPid: pidOf(`${app.id}-daprd`),
    daprHttpPort: app.sidecar.httpPort,
    ...(app.metricsPort ? { metricsPort: app.metricsPort } : {}),
  })
  return {
    ...(web && { web: describe(web) }),
    services: Object.fromEntries(services.map((app) => [app.id, describe(app)])),
    ...Object.fromEntries(servers.map(({ name, port }) => [name, { pid: pidOf(name), port }])),
    ...(pidOf('placement') !== undefined && { placement: { pid: pidOf('placement') } }),
    ...(pidOf('scheduler') !== undefined && { scheduler: { pid: pidOf('scheduler') } }),
  }
}

const fileIn = (dataDir: string) => join(dataDir, 'run.json')

export const writeRunFile = (dataDir: string, described: Described) =>
  writeWhole(fileIn(dataDir), `${JSON.stringify(describeRun(described), null, 2)}\n`, 0o600)

export const removeRunFile = (dataDir: string) => rmSync(fileIn(dataDir), { force: true })
