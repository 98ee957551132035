const PROBE_TIMEOUT_MS = 2000

/** /healthz: the process lives. /readyz: its sidecar can call out. Undefined for any other path. */
export const healthAnswer = async (pathname: string, daprHttpPort: number): Promise<Response | undefined> => {
  if (pathname === '/healthz') return said(200, 'ok')
  if (pathname !== '/readyz') return undefined
  const url = `http://127.0.0.1:${daprHttpPort}/v1.0/healthz/outbound`
  const isReady = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })
    .then((answer) => answer.ok)
    .catch(() => false)
  return isReady ? said(200, 'ok') : said(503, 'sidecar unavailable')
}

const said = (status: number, word: string): Response =>
  Response.json({ status: word }, { status, headers: { 'cache-control': 'no-store' } })
