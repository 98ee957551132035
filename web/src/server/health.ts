import { createReadSidecar } from '../gateway/read-sidecar.ts'
import type { Settings } from './environment.ts'

const probeTimeoutMs = 2000
/** What answers under /api; a page or form needs any of them. */
const services = ['auth', 'tickets', 'orders', 'payments']
/** A service that stays away delays readiness for no longer than this. */
const patienceMs = 15_000

const healthResponse = (status: number, word: string): Response =>
  Response.json({ status: word }, { status, headers: { 'cache-control': 'no-store' } })

/**
 * /healthz: the process lives. /readyz: its sidecar can call out, and each service has answered once since the start:
 * later, a service that is away takes no page from the others. Undefined for any other path.
 */
export const createHealth = (settings: Pick<Settings, 'daprEndpoint' | 'daprApiToken'>) => {
  const read = createReadSidecar(settings)
  const waiting = new Set(services)
  const startedAt = Date.now()

  const isAnswered = async (path: string): Promise<boolean> =>
    (await read(path, { timeoutMs: probeTimeoutMs }))?.ok ?? false

  const probe = async (): Promise<string | undefined> => {
    if (!(await isAnswered('healthz/outbound'))) return 'sidecar unavailable'
    if (Date.now() - startedAt > patienceMs) waiting.clear()
    // A service does not answer before its database is prepared.
    const ask = async (service: string) => {
      if (await isAnswered(`invoke/${service}/method/internal/openapi.json`)) waiting.delete(service)
    }
    await Promise.all([...waiting].map(ask))
    return waiting.size > 0 ? 'services unavailable' : undefined
  }

  return async (pathname: string): Promise<Response | undefined> => {
    if (pathname === '/healthz') return healthResponse(200, 'ok')
    if (pathname !== '/readyz') return undefined
    const obstacle = await probe()
    return obstacle === undefined ? healthResponse(200, 'ok') : healthResponse(503, obstacle)
  }
}
