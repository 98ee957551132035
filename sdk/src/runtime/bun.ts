import { badRequest, withWholeUrl } from './host.ts'
import type { ListenOptions, Runtime } from './runtime.ts'

/** How long a connection may be silent, in seconds. */
const idleSeconds = 60

const isEventStream = (response: Response): boolean =>
  response.headers.get('content-type')?.startsWith('text/event-stream') ?? false

const listen = ({ hostname, port, fetch, tls }: ListenOptions) => {
  const server = Bun.serve({
    hostname,
    port,
    idleTimeout: idleSeconds,
    development: false,
    ...(tls && { tls: { cert: Bun.file(tls.certFile), key: Bun.file(tls.keyFile) } }),
    fetch: async (request, bun) => {
      const whole = withWholeUrl(request)
      const response = whole ? await fetch(whole, bun.requestIP(request)?.address) : badRequest()
      // A stream may be silent for longer than a connection may idle.
      if (isEventStream(response)) bun.timeout(request, 0)
      return response
    },
  })
  return {
    port: server.port ?? port,
    stop: ({ isForced = false } = {}) => server.stop(isForced),
  }
}

export const bun: Runtime = {
  name: 'bun',
  listen,
  passwordHasher: {
    hash: (password, cost) => Bun.password.hash(password, { algorithm: 'argon2id', ...cost }),
    verify: (password, hash) => Bun.password.verify(password, hash),
  },
  fetchOnce: fetch,
  fetchToRelay: (url, init) => fetch(url, { ...init, decompress: false }),
}
