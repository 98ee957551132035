import { isIPv4, isIPv6 } from 'node:net'
import type { Context, Env, Input, MiddlewareHandler } from 'hono'
import * as v from 'valibot'
import { CustomError, type ErrorCode, TooManyRequestsError } from '../errors.ts'
import { rateLimitedTotal } from '../telemetry/metrics.ts'
import { withOpenApi } from './describe-route.ts'
import type { Rate } from './gcra.ts'
import { isReplayed } from './idempotency.ts'
import type { Limit, Limiter } from './limiter.ts'

const isRate = /^([1-9]\d{0,6})\/([1-9]\d{0,5})$/

/** A rate as a variable of the environment: `60/300` is 60 in 300 seconds, `off` is no limit. */
export const RateVariable = (usual: string) =>
  v.optional(
    v.pipe(
      v.string(),
      v.check((text) => text === 'off' || isRate.test(text), 'must be COUNT/SECONDS such as 60/300, or off'),
      v.transform((text): Rate | undefined => {
        const [, count, seconds] = isRate.exec(text) ?? []
        return count && seconds ? { count: Number(count), seconds: Number(seconds) } : undefined
      }),
    ),
    usual,
  )

/** The first four groups of an IPv6 address: whoever has one address has the whole /64 (RFC 6177). */
const networkOf = (address: string): string => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped) return mapped
  const [head = '', tail = ''] = address.toLowerCase().split('::')
  const [before, after] = [head.split(':').filter(Boolean), tail.split(':').filter(Boolean)]
  const missing = address.includes('::') ? Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0') : []
  return [...before, ...missing, ...after]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')
}

/**
 * Where a request comes from: an IPv4 address, or the network of an IPv6 one. Only the web app is trusted to say, with
 * the first address that it sends; what other callers send is ignored.
 */
export const addressOf = (c: Context): string | undefined => {
  if (c.req.header('dapr-caller-app-id') !== 'web') return undefined
  const address = c.req.header('x-forwarded-for')?.split(',')[0]?.trim() ?? ''
  if (isIPv4(address)) return address
  return isIPv6(address) ? networkOf(address) : undefined
}

type Options<E extends Env, P extends string, I extends Input> = Omit<Limit, 'rate'> & {
  /** undefined: no limit */
  rate: Rate | undefined
  /** whose budget a request spends; undefined: nobody's */
  of: (c: Context<E, P, I>) => string | undefined
  /** Only answers with this code are counted; a success resets the budget. */
  onlyCounts?: ErrorCode
}

const codeOf = (error: unknown) => (error instanceof CustomError ? error.code : undefined)

/**
 * Refuses with 429 and `Retry-After` what goes beyond a rate. A limit on failures is charged before the request and
 * refunded after a success, so that a thousand parallel guesses count as a thousand. A repeat that is answered as before is
 * refunded as well.
 */
export const createRateLimit =
  (limiter: Limiter) =>
  <E extends Env, P extends string, I extends Input>({
    rate,
    of,
    onlyCounts,
    ...rest
  }: Options<E, P, I>): MiddlewareHandler<E, P, I> => {
    const middleware: MiddlewareHandler<E, P, I> = async (c, next) => {
      const subject = rate && of(c)
      if (!rate || subject === undefined) return next()
      const limit = { ...rest, rate }
      const waitSeconds = await limiter.take(limit, subject)
      if (waitSeconds !== undefined) {
        rateLimitedTotal.inc({ limit: limit.name })
        throw new TooManyRequestsError(waitSeconds)
      }
      await next()
      // Whoever asks again because an answer was lost has asked once.
      if (isReplayed(c.res)) return limiter.refund(limit, subject)
      if (onlyCounts === undefined) return
      if (c.res.status < 400) await limiter.forget(limit, subject)
      else if (codeOf(c.error) !== onlyCounts) await limiter.refund(limit, subject)
    }
    return withOpenApi(middleware, { refuses: ['too_many_requests'] })
  }

export type RateLimit = ReturnType<typeof createRateLimit>
