import * as v from 'valibot'
import { type ErrorCode, RelayedProblemError, statusByCode } from '../errors.ts'
import { type Answer, failure, parsed, type Sidecar } from './sidecar.ts'

type Invocation = { method?: 'GET' | 'POST' | 'PUT' | 'DELETE'; body?: unknown; timeoutMs?: number }
const codes = Object.keys(statusByCode) as [ErrorCode, ...ErrorCode[]]
const Problem = v.object({
  code: v.picklist(codes),
  errors: v.array(v.object({ message: v.string(), field: v.optional(v.string()) })),
})

const relayedProblem = ({ headers, text }: Answer): RelayedProblemError | undefined => {
  if (!headers.get('content-type')?.startsWith('application/problem+json')) return undefined
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), Problem), text)
  if (!result.success) return undefined
  const errors = result.output.errors.map(({ message, field }) => (field ? { message, field } : { message }))
  const retryAfter = Number(headers.get('retry-after') ?? Number.NaN)
  return new RelayedProblemError(result.output.code, errors, Number.isFinite(retryAfter) ? retryAfter : undefined)
}

export const createInvocation = ({ call }: Sidecar) => ({
  /**
   * Calls `path` of another service and parses its answer by `schema`.
   * @throws RelayedProblemError with what the other service said, ServiceUnavailableError when it did not answer
   */
  invoke: async <S extends v.GenericSchema>(
    appId: string,
    path: string,
    schema: S,
    { method = 'GET', body, timeoutMs: boundMs }: Invocation = {},
  ): Promise<v.InferOutput<S>> => {
    const json =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const answer = await call(`invoke ${appId}`, `invoke/${appId}/method/${path}`, { method, ...json }, boundMs)
    if (!answer.ok) throw relayedProblem(answer) ?? failure(`invoke ${appId}/${path}`, answer)
    return parsed(schema, answer.text)
  },
})
