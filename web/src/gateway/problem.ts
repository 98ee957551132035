export type ProblemCode =
  | 'request_validation'
  | 'forbidden'
  | 'not_found'
  | 'body_too_large'
  | 'internal'
  | 'service_unavailable'

const problems: Record<ProblemCode, { status: number; title: string; message: string }> = {
  request_validation: { status: 400, title: 'Bad Request', message: 'The request is malformed' },
  forbidden: { status: 403, title: 'Forbidden', message: 'The request comes from another site' },
  not_found: { status: 404, title: 'Not Found', message: 'There is nothing at this address' },
  body_too_large: {
    status: 413,
    title: 'Content Too Large',
    message: 'The request body is too large: 3 MiB is the most for a file, 1 MiB for anything else',
  },
  internal: { status: 500, title: 'Internal Server Error', message: 'Something went wrong' },
  service_unavailable: {
    status: 503,
    title: 'Service Unavailable',
    message: 'This part of Fairpass is not available right now, please try again soon',
  },
}

const retryAfterSeconds = 2

/**
 * A refusal of the gateway in the contract's form. The sdk's `problem` takes the errors of services, and its module brings
 * Hono and MongoDB, which the build for the edge must not load.
 */
export const problem = (code: ProblemCode, traceId: string, message?: string): Response => {
  const { status, title, message: usual } = problems[code]
  const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
  if (status === 503) headers.set('retry-after', String(retryAfterSeconds))
  const errors = [{ message: message ?? usual }]
  return new Response(JSON.stringify({ type: 'about:blank', title, status, code, errors, traceId }), {
    status,
    headers,
  })
}
