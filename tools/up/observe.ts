import { existsSync, mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { App, Part } from '@fairpass/servers'
import { type ProcessSpec, respondsOk, root } from '@fairpass/servers'
import { writeWhole } from './data-folder.ts'

/** Where a collector listens by default. */
const usualCollector = { host: '127.0.0.1', port: 4318 }
const answerWithinMs = 500
const rules = join(root, 'k8s', 'components', 'observe', 'alerts.yaml')

/** The observers of this run. */
export type Observers = { readonly prometheus: Part | undefined; readonly collector: string | undefined }

/** The collector of traces that the environment names, or one that listens where they usually do. */
export const findCollector = async (named: string | undefined): Promise<string | undefined> => {
  if (named) return named
  return (await listens(usualCollector)) ? `http://${usualCollector.host}:${usualCollector.port}` : undefined
}

const listens = ({ host, port }: typeof usualCollector) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ host, port, timeout: answerWithinMs })
    const settle = (isThere: boolean) => {
      socket.destroy()
      resolve(isThere)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
    socket.once('timeout', () => settle(false))
  })

/** Prometheus with the project's own alerts, asking each app of this run every five seconds. */
export const prometheusServer = (part: Part, dataDir: string, port: number, apps: readonly App[]): ProcessSpec => {
  const folder = join(dataDir, 'prometheus')
  const config = join(folder, 'prometheus.json')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeWhole(
    config,
    JSON.stringify({
      global: { scrape_interval: '5s', scrape_timeout: '4s', evaluation_interval: '5s' },
      rule_files: existsSync(rules) ? [rules] : [],
      scrape_configs: [
        {
          job_name: 'fairpass',
          static_configs: [{ targets: apps.flatMap(({ metricsPort: at }) => (at ? [`127.0.0.1:${at}`] : [])) }],
        },
      ],
    }),
  )
  return {
    name: 'prometheus',
    folder: join(folder, 'data'),
    command: [
      part.path,
      ...[`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`, '--storage.tsdb.retention.time=2d'],
      ...[`--web.listen-address=127.0.0.1:${port}`, '--log.format=json', '--log.level=warn'],
    ],
    env: { PATH: process.env.PATH ?? '', ...part.env },
    isReady: () => respondsOk(`http://127.0.0.1:${port}/-/ready`),
  }
}

/** What to tell the user about where to look, or how to get what is missing. */
export const printObservers = ({ prometheus, collector }: Observers, apps: readonly App[], prometheusPort?: number) => [
  ...apps.flatMap(({ id, metricsPort }) =>
    metricsPort ? [`Metrics of ${id}: http://127.0.0.1:${metricsPort}/metrics`] : [],
  ),
  prometheus && prometheusPort
    ? `Prometheus ${prometheus.version}: http://127.0.0.1:${prometheusPort} (alerts at /alerts); in Grafana add it as data source and import k8s/components/observe/dashboard.json`
    : 'Prometheus was not found: put prometheus and promtool on PATH, or give it the addresses above.',
  collector
    ? `Traces go to ${collector}`
    : 'Traces are not recorded: run a collector on port 4318, such as "docker run -p 4318:4318 -p 16686:16686 jaegertracing/jaeger", or set OTEL_EXPORTER_OTLP_ENDPOINT, and start again.',
]
