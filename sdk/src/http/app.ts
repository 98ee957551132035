import { timingSafeEqual } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import {
  BodyTooLargeError,
  CustomError,
  ForbiddenError,
  NotFoundError,
  ServiceUnavailableError,
  UnsupportedMediaTypeError,
} from '../errors.ts'
import type { Log } from '../telemetry/log.ts'
import { httpRequestSeconds, methodName } from '../telemetry/metrics.ts'
import { inSpan, SpanKind, SpanStatusCode, unrecorded } from '../telemetry/trace.ts'
import { problem, showError, showNotFound } from './problem.ts'

export type ServiceOptions = {
  log: Log
  /** what the sidecar shows to prove itself (APP_API_TOKEN); without one nothing is checked */
  appToken?: string | undefined
  publicOrigin: string
  /** false until indexes exist; until then only health checks and Dapr's own requests are answered */
  isPrepared: () => boolean
  /** whether database and sidecar answer, and the process is not draining */
  isReady: () => Promise<boolean>
  /** where files are taken as they are, of which types and up to which size */
  uploads?: { path: RegExp; types: readonly string[]; maxBytes: number } | undefined
  /** how long a request may take as a whole, in milliseconds */
  answerWithinMs?: number
}

/** Below what the gateway waits: each call that a request makes has a bound of its own, and several in a row add up. */
const defaultAnswerWithinMs = 25_000

/** The largest body that is read, in bytes: Stripe's largest events stay well below. */
export const maxBodyBytes = 1024 * 1024

const isUnsafe = (method: string) => !['GET', 'HEAD', 'OPTIONS'].includes(method)

const sameText = (a: string, b: string) => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** The pattern of the route that answered, which names no ids; of a request that nothing took, of what refused it. */
const routeOf = (c: Context) => routePath(c) || '/*'

/** A coupon's code is as good as money, and stays out of logs. */
const pathToShow = (c: Context) => (routeOf(c).includes(':code') ? routeOf(c) : c.req.path)

const traced = createMiddleware((c, next) => {
  const { method, path } = c.req
  if (path === '/healthz' || path === '/readyz') return unrecorded(next)
  const caller = { kind: SpanKind.SERVER, traceparent: c.req.header('traceparent') ?? null }
  return inSpan(method, { ...caller, attributes: { 'http.request.method': method } }, async (span) => {
    await next()
    const { status } = c.res
    span.updateName(`${methodName(method)} ${routeOf(c)}`)
    span.setAttributes({ 'http.route': routeOf(c), 'http.response.status_code': status })
    if (status >= 400) span.setAttribute('error.type', c.error instanceof CustomError ? c.error.code : `${status}`)
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
  })
})

const logged = (log: Log) =>
  createMiddleware(async (c, next) => {
    const startedAt = performance.now()
    await next()
    const ms = performance.now() - startedAt
    const { status } = c.res
    httpRequestSeconds.observe({ method: methodName(c.req.method), route: routeOf(c), status }, ms / 1000)
    const line = { method: c.req.method, path: pathToShow(c), status, ms: Math.round(ms) }
    if (c.req.path.startsWith('/api/')) log.info(line, 'request')
    else log.debug(line, 'request')
  })

const fromSidecar = (appToken: string | undefined) =>
  createMiddleware(async (c, next) => {
    if (appToken && !sameText(c.req.header('dapr-api-token') ?? '', appToken))
      throw new ForbiddenError('Call this through its sidecar')
    await next()
  })

/** The client gets an answer in time; what was begun goes on, and is found by the next attempt. */
const answerWithin = (ms: number) =>
  createMiddleware(async (_, next) => {
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => late.reject(new ServiceUnavailableError()), ms)
    try {
      await Promise.race([next(), late.promise])
    } finally {
      clearTimeout(timer)
    }
  })

const mediaTypeOf = (contentType = '') => contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''

/**
 * A page of another origin can neither send the public origin as its own nor send JSON without a preflight request
 * (OWASP ASVS 5.0, 3.5.1).
 */
const fromOwnPages = ({ publicOrigin, uploads }: Pick<ServiceOptions, 'publicOrigin' | 'uploads'>) =>
  createMiddleware(async (c, next) => {
    if (isUnsafe(c.req.method)) {
      const origin = c.req.header('origin')
      if (origin !== undefined && origin !== publicOrigin)
        throw new ForbiddenError('This came from a page of another origin')
      // Nothing here unpacks what it is sent.
      if (!/^(identity)?$/i.test(c.req.header('content-encoding') ?? ''))
        throw new UnsupportedMediaTypeError('Send the body as it is, without a Content-Encoding')
      const type = c.req.header('content-type')
      const upload = uploads?.path.test(c.req.path) ? uploads : undefined
      const isFile = upload?.types.includes(mediaTypeOf(type)) === true
      if (type !== undefined && !isFile && !/^application\/json\s*(;|$)/i.test(type))
        throw new UnsupportedMediaTypeError(upload && `Send the file as ${upload.types.join(', ')}`)
    }
    await next()
  })

const limitBody = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new BodyTooLargeError(maxSize)
    },
  })

/**
 * What is the same in every service: tracing, one log line a request, health, the sidecar's token, origin and size checks,
 * and one form of errors. The service chains its own routes onto it.
 */
export const createServiceApp = ({
  log,
  appToken,
  publicOrigin,
  isPrepared,
  isReady,
  uploads,
  answerWithinMs,
}: ServiceOptions) => {
  const prepared = createMiddleware(async (c, next) => {
    if (!isPrepared() && !c.req.path.startsWith('/dapr/')) throw new ServiceUnavailableError()
    await next()
  })
  const limitBodies = limitBody(maxBodyBytes)
  const limitUploads = limitBody(uploads?.maxBytes ?? maxBodyBytes)
  return new Hono()
    .onError(showError(log))
    .notFound(showNotFound)
    .use(traced)
    .get('/healthz', (c) => c.json({ status: 'alive' }))
    .get('/readyz', async (c) => {
      const isUp = isPrepared() && (await isReady().catch(() => false))
      return isUp
        ? c.json({ status: 'ready' })
        : problem(new ServiceUnavailableError('Database or sidecar do not answer yet'))
    })
    .use(logged(log))
    .use(fromSidecar(appToken))
    .use(answerWithin(answerWithinMs ?? defaultAnswerWithinMs))
    .use(prepared)
    .use((c, next) => (uploads?.path.test(c.req.path) ? limitUploads(c, next) : limitBodies(c, next)))
    .use('/api/*', fromOwnPages({ publicOrigin, uploads }))
}

/** For what only the app's own sidecar delivers: another app could reach it by invocation, which names its caller. */
export const sidecarOnly = createMiddleware(async (c, next) => {
  if (c.req.header('dapr-caller-app-id') !== undefined) throw new NotFoundError('There is nothing here')
  await next()
})

/**
 * Lets only the named apps in. The sidecar appends the real caller to a caller id that a client sent along, so nothing
 * but an exact match will do; every other caller gets a 404.
 */
export const onlyFrom = (...appIds: string[]) =>
  createMiddleware(async (c, next) => {
    if (!appIds.includes(c.req.header('dapr-caller-app-id') ?? '')) throw new NotFoundError('There is nothing here')
    await next()
  })
