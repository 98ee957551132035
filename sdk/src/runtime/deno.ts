import { badRequest, withWholeUrl } from './host.ts'
import type { Argon2Cost, Listener, ListenOptions, Runtime } from './runtime.ts'

type Server = { addr: { port: number }; shutdown: () => Promise<void>; finished: Promise<void> }
type ServeOptions = {
  hostname: string
  port: number
  cert?: string
  key?: string
  signal: AbortSignal
  onListen: () => void
}
type Handler = (request: Request, info: { remoteAddr: { hostname: string } }) => Response | Promise<Response>

/** What is used of Deno: its own types and Bun's exclude each other. */
declare const Deno: {
  serve: (options: ServeOptions, handler: Handler) => Server
  readTextFileSync: (path: string) => string
}

/** Deno's requests cannot be changed; those of Bun can, and tracing does. */
const changeable = (request: Request): Request => new Request(request, { headers: new Headers(request.headers) })

const listen = ({ hostname, port, fetch, tls }: ListenOptions): Listener => {
  const force = new AbortController()
  const server = Deno.serve(
    {
      hostname,
      port,
      signal: force.signal,
      onListen: () => {},
      ...(tls && { cert: Deno.readTextFileSync(tls.certFile), key: Deno.readTextFileSync(tls.keyFile) }),
    },
    (request, { remoteAddr }) => {
      const whole = withWholeUrl(request)
      return whole ? fetch(changeable(whole), remoteAddr.hostname) : badRequest()
    },
  )
  let isFinished = false
  void server.finished.then(() => {
    isFinished = true
  })
  return {
    port: server.addr.port,
    stop: ({ isForced = false } = {}) => {
      if (!isForced) return server.shutdown()
      // One that has ended by itself would throw.
      if (!isFinished) force.abort()
      return server.finished
    },
  }
}

const saltBytes = 32
const hashBytes = 32
/** RFC 9106's 1.3, the only one that anybody writes. */
const version = 0x13
/** Above what any hash of ours costs; what claims more is refused, and takes no memory. */
const maxMemoryKib = 1024 * 1024
const maxPasses = 64
const maxLanes = 16

type Parameters = Argon2Cost & { lanes: number; salt: Uint8Array<ArrayBuffer>; bytes: number }

const derive = async (password: string, { memoryCost, timeCost, lanes, salt, bytes }: Parameters): Promise<Buffer> => {
  // Modern algorithms in WebCrypto (WICG), which TypeScript's types do not have yet.
  const algorithm = { name: 'Argon2id', nonce: salt, memory: memoryCost, passes: timeCost, parallelism: lanes, version }
  const secret = new TextEncoder().encode(password)
  const key = await crypto.subtle.importKey('raw-secret' as 'raw', secret, 'Argon2id', false, ['deriveBits'])
  return Buffer.from(await crypto.subtle.deriveBits(algorithm, key, bytes * 8))
}

/** PHC strings have base64 without its padding. */
const toBase64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '')

const phcString =
  /^\$argon2id\$v=19\$m=(?<m>\d{1,10}),t=(?<t>\d{1,10}),p=(?<p>\d{1,10})\$(?<salt>[A-Za-z0-9+/]{11,86})\$(?<hash>[A-Za-z0-9+/]{16,86})$/

const parse = (phc: string) => {
  const { m, t, p, salt = '', hash = '' } = phcString.exec(phc)?.groups ?? {}
  const [memoryCost, timeCost, lanes] = [Number(m), Number(t), Number(p)]
  if (!(memoryCost <= maxMemoryKib && timeCost <= maxPasses && lanes <= maxLanes))
    throw new Error('this is no hash of argon2id, or it costs more than any of ours')
  return {
    memoryCost,
    timeCost,
    lanes,
    salt: new Uint8Array(Buffer.from(salt, 'base64')),
    hash: Buffer.from(hash, 'base64'),
  }
}

const isSame = (one: Buffer, other: Buffer): boolean => {
  let difference = one.length ^ other.length
  for (let i = 0; i < one.length; i++) difference |= (one[i] ?? 0) ^ (other[i] ?? 0)
  return difference === 0
}

/** The methods that RFC 9110, 9.2.1 calls safe. */
const safeMethods = ['GET', 'HEAD', 'OPTIONS']

/**
 * Deno sends a request again whose kept connection breaks before an answer came, a POST, too (denoland/deno#32566, #35610);
 * only of a stream it knows that it cannot.
 */
const fetchOnce = (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
  const method = init.method ?? (input instanceof Request ? input.method : 'GET')
  if (safeMethods.includes(method)) return fetch(input, init)
  const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : {}))
  // A stream has no length before its end.
  headers.delete('content-length')
  const given = init.body ?? (input instanceof Request ? input.body : undefined)
  // Of the body of a Response, Deno would see through to the bytes.
  const body = new Response(given ?? '').body?.pipeThrough(new TransformStream()) ?? null
  const streamed: RequestInit & { duplex: 'half' } = { ...init, headers, body, duplex: 'half' }
  return fetch(input, streamed)
}

/** What Deno has unpacked is packed no more, whatever its headers say. */
const fetchToRelay: Runtime['fetchToRelay'] = async (url, init) => {
  const answer = await fetchOnce(url, init)
  if (!answer.headers.has('content-encoding')) return answer
  const headers = new Headers(answer.headers)
  headers.delete('content-encoding')
  headers.delete('content-length')
  const { status, statusText } = answer
  return new Response(answer.body, { status, statusText, headers })
}

export const deno: Runtime = {
  name: 'deno',
  listen,
  passwordHasher: {
    hash: async (password, cost) => {
      const salt = crypto.getRandomValues(new Uint8Array(saltBytes))
      const hash = await derive(password, { ...cost, lanes: 1, salt, bytes: hashBytes })
      return `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=1$${toBase64(salt)}$${toBase64(hash)}`
    },
    verify: async (password, phc) => {
      const { hash, ...parameters } = parse(phc)
      return isSame(hash, await derive(password, { ...parameters, bytes: hash.length }))
    },
  },
  fetchOnce: Object.assign(fetchOnce, { preconnect: fetch.preconnect }),
  fetchToRelay,
}
