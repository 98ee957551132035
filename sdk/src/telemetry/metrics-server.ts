import { collectDefaultMetrics, Gauge } from 'prom-client'
import { runtime } from '../runtime/index.ts'
import { metrics } from './metrics.ts'

// What Bun has no figures for, and would answer with zeros or nonsense.
const unknownToBun = [
  'nodejs_heap_space_size_total_bytes',
  'nodejs_heap_space_size_used_bytes',
  'nodejs_heap_space_size_available_bytes',
  'process_heap_bytes',
  'process_virtual_memory_bytes',
]

// What is read from /proc, which Deno shows only to who may do everything.
const unknownToDeno = ['process_open_fds', 'process_max_fds', 'process_resident_memory_bytes']

const unknown = { bun: unknownToBun, deno: [...unknownToBun, ...unknownToDeno], workerd: [] }

/** Measures the process itself as well, and says in each line which service it is. */
const measureProcess = (service: string): void => {
  metrics.setDefaultLabels({ service })
  collectDefaultMetrics({ register: metrics })
  for (const name of unknown[runtime.name]) metrics.removeSingleMetric(name)
  if (runtime.name !== 'deno') return
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory size in bytes.',
    registers: [metrics],
    collect() {
      this.set(process.memoryUsage().rss)
    },
  })
}

type At = { service: string; hostname: string; port: number }

/**
 * Answers `GET /metrics` at a port of its own, which is nobody's but Prometheus's: the app's port asks for the sidecar's
 * token, and the web app's is the public's.
 */
export const serveMetrics = ({ service, hostname, port }: At, scrape: () => Promise<string>) => {
  measureProcess(service)
  return runtime.listen({
    hostname,
    port,
    fetch: async (request) => {
      if (request.method !== 'GET' || new URL(request.url).pathname !== '/metrics')
        return new Response('Ask for /metrics\n', { status: 404 })
      return new Response(await scrape(), { headers: { 'content-type': metrics.contentType } })
    },
  })
}
