import type { Gateway } from '../../gateway/gateway.ts'

export type ApiResponse = {
  status: number
  /** Parsed JSON; undefined when there is none. */
  body: unknown
  cookies: string[]
  /** Seconds until it makes sense to ask again, where the answer says so. */
  retryAfterSeconds?: number
  /** The answer to an earlier request with the same idempotency key. */
  isReplayed?: true
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export type CallOptions = {
  body?: unknown
  /** Sent as it is, in place of a body. */
  file?: { type: string; bytes: Uint8Array<ArrayBuffer> }
  idempotencyKey?: string
  timeoutMs?: number
}

export type Api = (method: Method, path: string, options?: CallOptions) => Promise<ApiResponse>

export type ApiOptions = {
  gateway: Gateway
  publicOrigin: string
  /** The visitor's cookies as they are after a renewal. */
  cookie: string
  traceparent: string
  userAgent: string | null
  /** what mails are written in */
  language: string
  peer: string | undefined
  /** As the request carried it: behind a proxy of ours only this header distinguishes visitors. */
  forwardedFor?: string | null
  signal?: AbortSignal
}

const readTimeoutMs = 10_000
// A payment may wait for the bank, and a repeated request for the first one's answer.
const writeTimeoutMs = 28_000

/** Pages use the public API, with the visitor's own session, through the same gateway as everybody else. */
export const createApi =
  ({ gateway, publicOrigin, cookie, traceparent, userAgent, language, peer, forwardedFor, ...rest }: ApiOptions): Api =>
  async (method, path, { body, file, idempotencyKey, timeoutMs } = {}) => {
    const headers = new Headers({ accept: 'application/json', 'accept-encoding': 'identity', traceparent })
    headers.set('accept-language', language)
    if (cookie) headers.set('cookie', cookie)
    if (userAgent) headers.set('user-agent', userAgent)
    if (forwardedFor) headers.set('x-forwarded-for', forwardedFor)
    if (method !== 'GET') headers.set('origin', publicOrigin)
    if (body !== undefined || method !== 'GET') headers.set('content-type', file?.type ?? 'application/json')
    if (idempotencyKey) headers.set('idempotency-key', idempotencyKey)
    const timeout = AbortSignal.timeout(timeoutMs ?? (method === 'GET' ? readTimeoutMs : writeTimeoutMs))
    const request = new Request(`${publicOrigin}${path}`, {
      method,
      headers,
      signal: rest.signal ? AbortSignal.any([rest.signal, timeout]) : timeout,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(file === undefined ? {} : { body: file.bytes }),
    })
    const response = await gateway(request, peer)
    const text = await response.text()
    const retryAfter = response.headers.get('retry-after') ?? ''
    return {
      status: response.status,
      body: parseJson(text),
      cookies: response.headers.getSetCookie(),
      ...(response.headers.has('idempotency-replayed') ? { isReplayed: true } : {}),
      ...(/^\d{1,6}$/.test(retryAfter) ? { retryAfterSeconds: Number(retryAfter) } : {}),
    }
  }

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
