import { Database } from 'bun:sqlite'
import { rmSync } from 'node:fs'
import { type ProcessSpec, respondsOk } from './process.ts'
import type { Part } from './programs/program.ts'
import type { App, Sidecar, Template } from './template.ts'

const gracefulShutdownSeconds = 2

type SidecarOptions = {
  part: Part
  template: Pick<Template, 'resourcesPaths' | 'configFile' | 'sidecar'>
  app: Pick<App, 'id' | 'port'> & { sidecar: Sidecar }
  /** Configuration files laid over the template's, the last one wins. */
  extraConfigFiles?: readonly string[]
  placementAddress?: string
  schedulerAddress?: string
  /** The address it listens on: loopback, unless it has a network of its own. */
  listen?: string
  /** Where the app is, seen from the sidecar. */
  appHost?: string
  env: Readonly<Record<string, string>>
}

const loopback = '127.0.0.1'

/** daprd beside one app, with the flags that the Dapr CLI would give it from the same template. */
export const sidecarServer = (options: SidecarOptions): ProcessSpec => {
  const { part, template, app, extraConfigFiles = [], placementAddress, schedulerAddress, env } = options
  const { listen = loopback, appHost = loopback } = options
  const { sidecar: flags } = template
  return {
    name: `${app.id}-daprd`,
    command: [
      part.path,
      ...['--app-id', app.id, '--app-port', String(app.port), '--app-protocol', flags.appProtocol],
      ...['--app-channel-address', appHost],
      ...['--dapr-http-port', String(app.sidecar.httpPort), '--dapr-grpc-port', String(app.sidecar.grpcPort)],
      ...['--dapr-internal-grpc-port', String(app.sidecar.internalGrpcPort)],
      ...['--dapr-listen-addresses', listen, '--dapr-internal-grpc-listen-address', listen],
      ...template.resourcesPaths.flatMap((path) => ['--resources-path', path]),
      ...[template.configFile, ...extraConfigFiles].flatMap((path) => ['--config', path]),
      ...['--max-body-size', flags.maxBodySize, '--read-buffer-size', flags.readBufferSize],
      ...(flags.enableAppHealthCheck
        ? [
            ...['--enable-app-health-check', '--app-health-check-path', flags.appHealthCheckPath],
            ...['--app-health-probe-interval', String(flags.appHealthProbeInterval)],
            ...['--app-health-probe-timeout', String(flags.appHealthProbeTimeout)],
            ...['--app-health-threshold', String(flags.appHealthThreshold)],
          ]
        : []),
      ...(placementAddress ? ['--placement-host-address', placementAddress] : []),
      ...(schedulerAddress ? ['--scheduler-host-address', schedulerAddress] : []),
      ...['--dapr-graceful-shutdown-seconds', String(gracefulShutdownSeconds)],
      ...['--enable-metrics=false', '--log-as-json', '--log-level', flags.logLevel],
    ],
    // The address that the sidecar registers for the others: without it, it would register the machine's own.
    env: { ...env, ...part.env, ...(listen === loopback && { DAPR_HOST_IP: loopback }) },
    isReady: () => respondsOk(`http://127.0.0.1:${app.sidecar.httpPort}/v1.0/healthz`),
  }
}

/**
 * Makes the file anew by which the sidecars of one run find each other. Each sidecar asks for SQLite's write-ahead log as it
 * starts; while another one writes, a file that has none yet refuses that at once, whatever the time-out (SQLITE_BUSY), and
 * the app beside it is found by nobody. So the file has it from the beginning.
 */
export const createNames = (databaseFile: string): void => {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${databaseFile}${suffix}`, { force: true })
  const database = new Database(databaseFile, { create: true })
  database.run('PRAGMA journal_mode = WAL')
  database.close()
}

/**
 * A Configuration that lets sidecars find each other through a file instead of multicast DNS. Without a collector they record
 * no spans, which saves a fifth of their CPU; they still pass on the apps' trace ids.
 */
export const nameResolutionConfig = (databaseFile: string, { isTraced = true } = {}) => ({
  apiVersion: 'dapr.io/v1alpha1',
  kind: 'Configuration',
  metadata: { name: 'fairpass' },
  spec: {
    ...(isTraced ? {} : { tracing: { samplingRate: '0' } }),
    nameResolution: {
      component: 'sqlite',
      version: 'v1',
      // A name is forgotten when it was not renewed within the interval; on a busy machine a second is not enough.
      configuration: { connectionString: databaseFile, updateInterval: '30s', timeout: '10s', busyTimeout: '2s' },
    },
  },
})
