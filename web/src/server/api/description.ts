import * as v from 'valibot'
import type { Settings } from '../environment.ts'

/** The services that answer something under /api, in the order in which people meet them. */
const SERVICES = ['auth', 'tickets', 'orders', 'payments']
const TIMEOUT_MS = 3000
const FRESH_MS = 60_000
/** While a service is missing it is asked for again soon. */
const RETRY_MS = 2000

const Named = v.record(v.string(), v.unknown())
const Part = v.object({
  openapi: v.string(),
  info: v.looseObject({ description: v.string() }),
  servers: v.array(v.unknown()),
  paths: Named,
  components: v.object({ schemas: Named, securitySchemes: Named }),
})
type Part = v.InferOutput<typeof Part>

/** One document of all parts. Each is whole by itself, and what they share is the same in each. */
const joined = (parts: [Part, ...Part[]], missing: string[]) => {
  const [{ openapi, info, servers, components }] = parts
  const note = missing.length > 0 ? `\n\n**Not answering right now, and missing here:** ${missing.join(', ')}` : ''
  return {
    openapi,
    info: { ...info, description: info.description + note },
    servers,
    ...(missing.length > 0 ? { 'x-missing': missing } : {}),
    paths: Object.assign({}, ...parts.map(({ paths }) => paths)),
    components: {
      schemas: Object.assign({}, ...parts.map((part) => part.components.schemas)),
      securitySchemes: components.securitySchemes,
    },
  }
}

/**
 * The OpenAPI document of the whole origin, joined from what each service says of itself. A service that is away is
 * described as it was last; one that was never heard is named as missing.
 */
export const createApiDescription = ({ daprHttpPort, daprApiToken }: Settings) => {
  const heard = new Map<string, Part>()
  let freshUntil = 0
  let asking: Promise<unknown> | undefined

  const ask = async (service: string): Promise<boolean> => {
    const url = `http://127.0.0.1:${daprHttpPort}/v1.0/invoke/${service}/method/internal/openapi.json`
    try {
      const headers: HeadersInit = daprApiToken ? { 'dapr-api-token': daprApiToken } : {}
      const answer = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) })
      heard.set(service, v.parse(Part, await answer.json()))
      return true
    } catch {
      return false
    }
  }

  const askAll = async () => {
    try {
      const answered = await Promise.all(SERVICES.map(ask))
      freshUntil = Date.now() + (answered.every(Boolean) ? FRESH_MS : RETRY_MS)
    } finally {
      // Whatever became of it, the next who asks has it tried again.
      asking = undefined
    }
  }

  /** Undefined while no service has said anything yet. */
  return async (): Promise<Response | undefined> => {
    if (Date.now() >= freshUntil) {
      asking ??= askAll()
      await asking
    }
    const [first, ...rest] = SERVICES.flatMap((service) => heard.get(service) ?? [])
    if (first === undefined) return undefined
    const missing = SERVICES.filter((service) => !heard.has(service))
    return Response.json(joined([first, ...rest], missing), { headers: { 'cache-control': 'no-cache' } })
  }
}
