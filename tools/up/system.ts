import { join } from 'node:path'
import type { App, Part, PartName, Ports, Runtimes, Template } from '@fairpass/servers'
import { createNames, nameResolutionConfig, type ProcessSpec, respondsOk, sidecarServer } from '@fairpass/servers'
import { type DataFolder, keptSecret, readSecret, writeWhole } from './data-folder.ts'
import { appEnv, sidecarEnv, tokensOf } from './environment.ts'
import { type Observers, prometheusServer } from './observe.ts'
import { commandOf, withBunOnPath } from './runtimes/command.ts'
import type { Settings } from './settings.ts'
import { partOf, preferred, type Reachable, shareServers } from './shared-servers.ts'

/** Every process of one run, on ports of its own. */
export type System = {
  readonly apps: readonly App[]
  readonly servers: readonly ProcessSpec[]
  readonly sidecars: readonly ProcessSpec[]
  readonly appServers: readonly ProcessSpec[]
  /** The observers of the others, which do not wait for them. */
  readonly watchers: readonly ProcessSpec[]
  /** The servers that `run.json` names with a port. */
  readonly reachable: readonly Reachable[]
}

/** Whose sidecars need to know of placement and scheduler: each connection costs all three some work, all the time. */
const hostsActors: ReadonlySet<string> = new Set(['expiration'])

type SystemOptions = {
  settings: Settings
  template: Template
  ports: Ports
  data: DataFolder
  parts: ReadonlyMap<PartName, Part>
  /** the observers; apps serve metrics only when there are some */
  observers: Observers | undefined
  isWatched: boolean
  runtimes: Runtimes
  /** there where an app runs on it */
  deno: Part | undefined
  bundles: ReadonlyMap<string, string>
}

export const describeSystem = async (options: SystemOptions): Promise<System> => {
  const { settings, template, ports, data } = options
  const apps = await placeApps(template.apps, ports, {
    webPort: settings.port,
    isObserved: options.observers !== undefined,
  })
  const shared = await shareServers(options)
  const environment = {
    ...process.env,
    PUBLIC_ORIGIN: settings.publicOrigin,
    ...keysOf(data.path, 'JWT_KEY', 'jwt-key'),
    ...keysOf(data.path, 'FILE_KEY', 'file-key'),
    ...shared.environment,
    ...(options.observers?.collector ? { OTEL_EXPORTER_OTLP_ENDPOINT: options.observers.collector } : {}),
  }
  const watching = await watch(options, apps)
  const names = resolveNames(data.path, isTraced(environment))
  const daprd = partOf(options.parts, 'daprd')
  const withTokens = apps.map((app) => ({ app, tokens: tokensOf(process.env) }))
  return {
    apps,
    servers: shared.servers,
    watchers: watching.servers,
    reachable: [...shared.reachable, ...watching.reachable],
    sidecars: withTokens.map(({ app, tokens }) =>
      sidecarServer({
        part: daprd,
        template,
        app,
        extraConfigFiles: [names],
        ...(hostsActors.has(app.id) ? shared.controlPlane : {}),
        env: sidecarEnv(environment, tokens),
      }),
    ),
    appServers: withTokens.map(({ app, tokens }) => {
      const env = withBunOnPath(appEnv(app, environment, tokens, settings.host), data.path)
      return {
        name: app.id,
        command: commandOf(app, env, options),
        cwd: app.dir,
        env,
        isReady: () => respondsOk(`http://127.0.0.1:${app.port}/readyz`),
      }
    }),
  }
}

/** A key that is made once and kept, and the one before it while that is being replaced (docs/security.md). */
const keysOf = (folder: string, variable: 'JWT_KEY' | 'FILE_KEY', file: string) => {
  const previous = process.env[`${variable}_PREVIOUS`] || readSecret(folder, `${file}-previous`)
  return {
    [variable]: process.env[variable] || keptSecret(folder, file),
    ...(previous ? { [`${variable}_PREVIOUS`]: previous } : {}),
  }
}

const isTraced = ({
  OTEL_EXPORTER_OTLP_ENDPOINT: all,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces,
}: NodeJS.ProcessEnv) => Boolean(all || traces)

/** The configuration that lets the sidecars of this run, and of no earlier one, find each other. */
const resolveNames = (dataDir: string, isTraced: boolean) => {
  const database = join(dataDir, 'names.db')
  createNames(database)
  const config = join(dataDir, 'sidecars.json')
  writeWhole(config, JSON.stringify(nameResolutionConfig(database, { isTraced })))
  return config
}

/** The template's ports where they are free, and others where not; the web app's is the person's. */
const placeApps = async (
  apps: readonly App[],
  ports: Ports,
  { webPort, isObserved }: { webPort: number; isObserved: boolean },
): Promise<App[]> => {
  const placed: App[] = []
  for (const app of apps) {
    const { httpPort, grpcPort, internalGrpcPort } = app.sidecar
    placed.push({
      ...app,
      port: app.id === 'web' ? webPort : await ports.preferably(app.port),
      ...(isObserved && { metricsPort: await ports.any() }),
      sidecar: {
        httpPort: await ports.preferably(httpPort),
        grpcPort: await ports.preferably(grpcPort),
        internalGrpcPort: await ports.preferably(internalGrpcPort),
      },
    })
  }
  return placed
}

const watch = async ({ observers, ports, data }: SystemOptions, apps: readonly App[]) => {
  if (!observers?.prometheus) return { servers: [], reachable: [] }
  const port = await ports.preferably(preferred.prometheus)
  const server = prometheusServer(observers.prometheus, data.path, port, apps)
  return { servers: [server], reachable: [{ name: 'prometheus' as const, port }] }
}
