import { dirname, resolve } from 'node:path'
import * as v from 'valibot'
import { reasonOf, UserError } from './user-error.ts'

const Port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535))
const Env = v.optional(v.record(v.string(), v.string()), {})

/** The fields of Dapr's multi-app run template (version 1) that are used here, under the template's own names. */
const RunTemplate = v.object({
  version: v.literal(1),
  common: v.object({
    resourcesPaths: v.pipe(v.array(v.string()), v.minLength(1)),
    configFilePath: v.string(),
    appProtocol: v.optional(v.string(), 'http'),
    maxBodySize: v.optional(v.string(), '4Mi'),
    readBufferSize: v.optional(v.string(), '4Ki'),
    enableAppHealthCheck: v.optional(v.boolean(), false),
    appHealthCheckPath: v.optional(v.string(), '/healthz'),
    appHealthProbeInterval: v.optional(v.number(), 5),
    appHealthProbeTimeout: v.optional(v.number(), 500),
    appHealthThreshold: v.optional(v.number(), 3),
    logLevel: v.optional(v.string(), 'info'),
    env: Env,
  }),
  apps: v.pipe(
    v.array(
      v.object({
        appID: v.string(),
        appDirPath: v.string(),
        appPort: Port,
        daprHTTPPort: Port,
        daprGRPCPort: Port,
        daprInternalGRPCPort: Port,
        command: v.pipe(v.array(v.string()), v.minLength(1)),
        env: Env,
      }),
    ),
    v.minLength(1),
  ),
})

type SidecarFlags = Omit<v.InferOutput<typeof RunTemplate>['common'], 'resourcesPaths' | 'configFilePath' | 'env'>

export type Sidecar = { readonly httpPort: number; readonly grpcPort: number; readonly internalGrpcPort: number }

export type App = {
  readonly id: string
  readonly dir: string
  readonly port: number
  readonly sidecar: Sidecar
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** the port of its metrics; without one it has none */
  readonly metricsPort?: number
}

export type Template = {
  readonly resourcesPaths: readonly string[]
  readonly configFile: string
  readonly sidecar: SidecarFlags
  readonly apps: readonly App[]
}

/** Reads `dapr/dapr.yaml`, the one truth about apps, ports, commands and components; its paths become absolute. */
export const readTemplate = async (path: string): Promise<Template> => {
  const text = await Bun.file(path).text()
  const base = dirname(path)
  try {
    const { common, apps } = v.parse(RunTemplate, Bun.YAML.parse(text))
    const { resourcesPaths, configFilePath, env, ...sidecar } = common
    return {
      resourcesPaths: resourcesPaths.map((folder) => resolve(base, folder)),
      configFile: resolve(base, configFilePath),
      sidecar,
      apps: apps.map((app) => ({
        id: app.appID,
        dir: resolve(base, app.appDirPath),
        port: app.appPort,
        sidecar: { httpPort: app.daprHTTPPort, grpcPort: app.daprGRPCPort, internalGrpcPort: app.daprInternalGRPCPort },
        command: app.command,
        env: { ...env, ...app.env },
      })),
    }
  } catch (error) {
    const where = error instanceof v.ValiError ? ` at ${v.getDotPath(error.issues[0]) ?? 'its root'}` : ''
    throw new UserError(`${path} is not a run template that can be used${where}: ${reasonOf(error)}.`)
  }
}
