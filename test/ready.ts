import { eventually } from './eventually.ts'
import type { RunFile } from './run-file.ts'

/** After a kill: `up` pauses for longer each time that one process ends. */
export const readyAgainWithinMs = 40_000

/** A call of each service along the whole path: web, its sidecar, the service's sidecar, the service. */
const publicCalls = ['/api/users/currentuser', '/api/tickets', '/api/orders', '/api/payments/earnings']

/** Every app and sidecar is ready, and a call of each service arrives there and comes back. */
export const untilEverythingIsReady = async (origin: string, runFile: () => Promise<RunFile>) => {
  const fails = async (url: string) => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
    await answer?.body?.cancel()
    return !answer || answer.status >= 500
  }
  await eventually(
    async () => {
      const { web, services } = await runFile()
      const urls = [
        `http://127.0.0.1:${web.port}/readyz`,
        ...Object.values(services).flatMap(({ port, daprHttpPort }) => [
          `http://127.0.0.1:${port}/readyz`,
          `http://127.0.0.1:${daprHttpPort}/v1.0/healthz`,
        ]),
        ...publicCalls.map((path) => `${origin}${path}`),
      ]
      const failed = await Promise.all(urls.map(async (url) => ((await fails(url)) ? [url] : [])))
      return failed.flat()
    },
    (failed) => failed.length === 0,
    readyAgainWithinMs,
  )
}
