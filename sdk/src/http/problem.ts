import { STATUS_CODES } from 'node:http'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { CustomError, InternalError, NotFoundError, RequestValidationError } from '../errors.ts'
import { databaseErrorOf } from '../mongo/mongo-errors.ts'
import type { Log } from '../telemetry/log.ts'
import { currentTrace } from '../telemetry/trace.ts'

/** Turns whatever was thrown into the error that is shown: foreign errors are translated here and nowhere else. */
const customErrorOf = (error: unknown): CustomError => {
  if (error instanceof CustomError) return error
  if (error instanceof HTTPException && error.status < 500)
    return new RequestValidationError([{ msg: 'The request is not valid' }])
  return databaseErrorOf(error) ?? new InternalError({ cause: error })
}

/** The one form of every error (RFC 9457), with the trace id that the log lines carry. */
export const problem = (error: CustomError): Response =>
  new Response(
    JSON.stringify({
      type: 'about:blank',
      title: STATUS_CODES[error.status],
      status: error.status,
      code: error.code,
      errors: error.serialize(),
      ...error.extensions,
      traceId: currentTrace()?.traceId ?? '0'.repeat(32),
    }),
    {
      status: error.status,
      headers: {
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        ...(error.retryAfterSeconds === undefined ? {} : { 'retry-after': `${error.retryAfterSeconds}` }),
      },
    },
  )

/**
 * The error handler of every service: logs unexpected errors in full and outages in one line, and shows clients only
 * what they may see.
 */
export const showError = (log: Log) => (thrown: Error, _c: Context) => {
  const error = customErrorOf(thrown)
  if (error instanceof InternalError) log.error({ err: thrown }, error.message)
  else if (error.status >= 500)
    log.warn({ code: error.code, cause: String(error.cause ?? error.message) }, error.message)
  return problem(error)
}

/** For paths and methods that no route takes. */
export const showNotFound = () => problem(new NotFoundError('There is nothing here'))
