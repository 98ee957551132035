import Ajv, { type ValidateFunction } from 'ajv/dist/2020'
import addFormats from 'ajv-formats'
import * as v from 'valibot'
import type { Answered } from './visitor.ts'

// Checks the API's answers against its own description.

const Operation = v.looseObject({
  summary: v.optional(v.string()),
  responses: v.record(v.string(), v.looseObject({ content: v.optional(v.record(v.string(), v.unknown())) })),
})
const Document = v.looseObject({
  paths: v.record(v.string(), v.record(v.string(), Operation)),
  components: v.looseObject({ schemas: v.record(v.string(), v.unknown()) }),
})
export type Document = v.InferOutput<typeof Document>

export const fetchDocument = async (origin: string): Promise<Document> =>
  v.parse(Document, await (await fetch(`${origin}/api/openapi.json`)).json())

const escaped = (part: string) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))

/** Literal segments are looked at before parameters, as the routers do. */
const byLiterals = (one: string, other: string) => one.split('{').length - other.split('{').length

const patternOf = (path: string) => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`)

const createValidator = (document: Document) => {
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats(ajv)
  ajv.addSchema(document, 'api')
  const compiled = new Map<string, ValidateFunction>()
  const schemaAt = (...parts: string[]) => {
    const pointer = `api#/${parts.map(escaped).join('/')}`
    const known = compiled.get(pointer) ?? ajv.compile({ $ref: pointer })
    compiled.set(pointer, known)
    return known
  }
  return { ajv, schemaAt }
}

export const createContract = (document: Document) => {
  const { ajv, schemaAt } = createValidator(document)
  const templates = Object.keys(document.paths)
    .toSorted(byLiterals)
    .map((path) => ({ path, pattern: patternOf(path) }))
  /** Every operation and status that was answered, as `GET /api/tickets 200`. */
  const seen = new Set<string>()

  /** What is wrong with an answer, or nothing. Of addresses that are not described only a refusal is right. */
  const complaintAbout = ({ method, path, status, contentType, body }: Answered): string | undefined => {
    const pathname = path.split('?')[0]?.replace(/(?<=.)\/$/, '') ?? ''
    const found = templates.find(
      ({ path, pattern }) => pattern.test(pathname) && document.paths[path]?.[method.toLowerCase()],
    )
    if (!found) return status < 400 ? 'is not described' : undefined
    const verb = method.toLowerCase()
    const response = document.paths[found.path]?.[verb]?.responses[`${status}`]
    if (!response) return `${found.path} does not answer ${status}`
    seen.add(`${method} ${found.path} ${status}`)
    if (!response.content) return body === undefined ? undefined : 'answers more than nothing'
    const media = contentType?.split(';')[0] ?? ''
    if (!response.content[media]) return `does not answer ${media}`
    if (!media.endsWith('json')) return undefined
    const check = schemaAt('paths', found.path, verb, 'responses', `${status}`, 'content', media, 'schema')
    return check(body) ? undefined : `is another form than described: ${ajv.errorsText(check.errors)}`
  }

  return {
    document,
    ajv,
    seen,

    /** @throws when an answer is not what the description says */
    check: (answered: Answered): void => {
      const complaint = complaintAbout(answered)
      if (complaint === undefined) return
      const { method, path, status, body } = answered
      throw new Error(`${method} ${path} ${status} ${complaint}: ${JSON.stringify(body)?.slice(0, 500)}`)
    },
  }
}

export type Contract = ReturnType<typeof createContract>
