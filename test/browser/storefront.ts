import { createPorts } from '@fairpass/servers'
import { eventually, type Marketplace } from '../marketplace.ts'

const root = new URL('../../web', import.meta.url).pathname
const setpriv = Bun.which('setpriv')

/** A stubbed answer to one call; undefined for the real one. */
type Between = (app: string, request: Request) => Response | Promise<Response | undefined> | undefined
/** Where a call goes instead, and who it comes from there. */
type Instead = { to?: string; as?: string }

const passedOn = async (market: Marketplace, path: string, request: Request, { to, as }: Instead = {}) => {
  const headers = new Headers(request.headers)
  for (const name of ['host', 'dapr-api-token', 'content-length']) headers.delete(name)
  if (headers.has('origin')) headers.set('origin', market.origin)
  if (as) headers.set('dapr-caller-app-id', as)
  return fetch(`${to ?? market.origin}${path}`, {
    method: request.method,
    headers,
    redirect: 'manual',
    decompress: false,
    ...(request.method === 'GET' ? {} : { body: await request.arrayBuffer() }),
  })
}

/** How Dapr answers for a service that is not there. */
export const away = () =>
  Response.json({ errorCode: 'ERR_DIRECT_INVOKE', message: 'failed to invoke: dial tcp 127.0.0.1' }, { status: 500 })

const spawnWeb = async (sidecarPort: number, env: Record<string, string>) => {
  const ports = createPorts()
  const port = await ports.any()
  ports.release()
  const origin = `http://localhost:${port}`
  const web = Bun.spawn([...(setpriv ? [setpriv, '--pdeathsig', 'TERM', '--'] : []), process.execPath, 'start.ts'], {
    cwd: root,
    env: {
      ...process.env,
      APP_PORT: `${port}`,
      DAPR_HTTP_PORT: `${sidecarPort}`,
      PUBLIC_ORIGIN: origin,
      LOG_LEVEL: 'error',
      ...env,
    },
    stdout: 'ignore',
    stderr: 'inherit',
  })
  return { web, origin }
}

/**
 * One more web app on the services of a marketplace, with an environment of its own. The test takes the place of its sidecar,
 * and may answer for a service.
 */
export const startStorefront = async (market: Marketplace, env: Record<string, string> = {}) => {
  let between: Between = () => undefined
  const sidecar = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const url = new URL(request.url)
      if (url.pathname.endsWith('/healthz/outbound')) return new Response(null, { status: 204 })
      const [, app = '', path = ''] = /^\/v1\.0\/invoke\/(\w+)\/method(\/.*)$/.exec(url.pathname) ?? []
      return (await between(app, request)) ?? passedOn(market, `${path}${url.search}`, request)
    },
  })
  const { web, origin } = await spawnWeb(sidecar.port ?? 0, env)
  await eventually(
    () => fetch(`${origin}/readyz`),
    ({ ok }) => ok,
    60_000,
  )
  return {
    origin,
    /** From now on `next` is between this web app and the services. */
    put: (next: Between) => {
      between = next
    },
    /** What the services really answer. */
    passOn: (request: Request, instead: Instead = {}) => {
      const { pathname, search } = new URL(request.url)
      return passedOn(market, `${pathname.replace(/^\/v1\.0\/invoke\/\w+\/method/, '')}${search}`, request, instead)
    },
    stop: async () => {
      web.kill('SIGTERM')
      await web.exited
      await sidecar.stop(true)
    },
  }
}

export type Storefront = Awaited<ReturnType<typeof startStorefront>>
