import * as v from 'valibot'
import { createReadSidecar } from '../../gateway/read-sidecar.ts'
import type { Settings } from '../environment.ts'

/** The services that answer something under /api, in the order in which people meet them. */
const services = ['auth', 'tickets', 'orders', 'payments']
const timeoutMs = 3000
const freshMs = 60_000
/** While a service is missing it is asked for again soon. */
const retryMs = 2000

const AnyRecord = v.record(v.string(), v.unknown())
const Part = v.object({
  openapi: v.string(),
  info: v.looseObject({ description: v.string() }),
  servers: v.array(v.unknown()),
  paths: AnyRecord,
  components: v.object({ schemas: AnyRecord, securitySchemes: AnyRecord }),
})
type Part = v.InferOutput<typeof Part>

/** One document of all parts. Each is whole by itself, and what they share is the same in each. */
const mergeDescriptions = (parts: [Part, ...Part[]], missing: string[]) => {
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
 * The OpenAPI document of the whole origin, joined from what each service says of itself. A service that is away is described
 * as it last was; one that never answered is named as missing.
 */
export const createApiDescription = (settings: Settings) => {
  const read = createReadSidecar(settings)
  const lastKnown = new Map<string, Part>()
  let freshUntil = 0
  let asking: Promise<unknown> | undefined

  const ask = async (service: string): Promise<boolean> => {
    const answer = await read(`invoke/${service}/method/internal/openapi.json`, { timeoutMs })
    const part = v.safeParse(Part, await answer?.json().catch(() => undefined))
    if (part.success) lastKnown.set(service, part.output)
    return part.success
  }

  const askAll = async () => {
    try {
      const answered = await Promise.all(services.map(ask))
      freshUntil = Date.now() + (answered.every(Boolean) ? freshMs : retryMs)
    } finally {
      // After a failure the next request tries again.
      asking = undefined
    }
  }

  /** Undefined while no service has answered yet. */
  return async (): Promise<Response | undefined> => {
    if (Date.now() >= freshUntil) {
      asking ??= askAll()
      await asking
    }
    const [first, ...rest] = services.flatMap((service) => lastKnown.get(service) ?? [])
    if (first === undefined) return undefined
    const missing = services.filter((service) => !lastKnown.has(service))
    return Response.json(mergeDescriptions([first, ...rest], missing), { headers: { 'cache-control': 'no-cache' } })
  }
}
