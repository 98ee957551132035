import * as v from 'valibot'
import { ServiceUnavailableError } from '../errors.ts'
import type { Dapr } from './dapr.ts'

type Bound = { timeoutMs?: number }

/**
 * How Hono's client reaches another service, typed by that service's app: `hc<Api>('http://orders', { fetch:
 * daprFetch(dapr, 'orders') })`. The call goes through the sidecars and is bounded in time; a refusal is thrown, as
 * `invoke` throws it.
 */
export const daprFetch = ({ invoke }: Pick<Dapr, 'invoke'>, appId: string, bound: Bound = {}) => ({
  fetch: async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input)
    const { method } = v.parse(Sent, init)
    const body = typeof init.body === 'string' ? { body: JSON.parse(init.body) } : {}
    return Response.json(
      await invoke(appId, `${pathname.slice(1)}${search}`, v.unknown(), { method, ...body, ...bound }),
    )
  },
})

const Sent = v.object({ method: v.optional(v.picklist(['GET', 'POST', 'PUT', 'DELETE']), 'GET') })

/** An answer of a typed client. The compiler holds what the other service's app answers against what is expected of it. */
type Answer<T> = Promise<{ json: () => Promise<T> }>

/**
 * The answer of another service, parsed although its type is known: that service may run another version.
 * @throws ServiceUnavailableError when it does not match `schema`
 */
export const parseResponse = async <S extends v.GenericSchema>(
  schema: S,
  answer: Answer<v.InferInput<S>>,
): Promise<v.InferOutput<S>> => {
  const said = v.safeParse(schema, await (await answer).json())
  if (!said.success) throw new ServiceUnavailableError(undefined, { cause: new v.ValiError(said.issues) })
  return said.output
}
