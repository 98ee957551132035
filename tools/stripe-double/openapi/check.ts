import { readFileSync } from 'node:fs'
import { createPorts, startProcess } from '@fairpass/servers'
import Ajv, { type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import * as v from 'valibot'
import type { Exchange } from '../testing.ts'
import { findStripeMock } from './find.ts'

const Content = v.looseObject({ content: v.optional(v.record(v.string(), v.unknown())) })
const Operation = v.looseObject({ responses: v.record(v.string(), Content) })
const Description = v.looseObject({
  paths: v.record(v.string(), v.record(v.string(), v.unknown())),
  components: v.looseObject({
    schemas: v.record(v.string(), v.looseObject({ properties: v.optional(v.record(v.string(), v.unknown())) })),
  }),
})

const DeliveredEvent = v.object({ data: v.object({ object: v.looseObject({ object: v.string() }) }) })

/** Newer than the description, which is of 2026-08-26; stripe-node's types, of 2026-10-28, declare them. */
const newer: Record<string, string[]> = {
  charge: ['source'],
  dispute: ['intended_submission_method'],
  payment_intent: ['payment_record', 'source'],
}

type Json = { [name: string]: unknown }
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** OpenAPI 3.0 says `nullable` where JSON Schema says `null`. */
const toJsonSchema = (node: unknown): unknown => {
  if (Array.isArray(node)) return node.map(toJsonSchema)
  if (!isObject(node)) return node
  const { nullable, ...rest } = node
  const schema = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, toJsonSchema(value)]))
  if (nullable !== true) return schema
  if (Array.isArray(schema.anyOf)) return { ...schema, anyOf: [...schema.anyOf, { type: 'null' }] }
  const { enum: choices, type } = schema
  return {
    ...schema,
    ...(typeof type === 'string' ? { type: [type, 'null'] } : {}),
    ...(Array.isArray(choices) ? { enum: [...choices, null] } : {}),
  }
}

const escaped = (part: string) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
const patternOf = (path: string) => new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`)
/** Literal segments are looked at before parameters: `search` is no id. */
const byLiterals = (one: string, other: string) => one.split('{').length - other.split('{').length

const bodyIn = (exchange: Exchange) => (exchange.method === 'GET' ? {} : { body: exchange.body })

type Spec = v.InferOutput<typeof Description>

/** What is wrong with a value, by the schemas of the description. */
const createSchemas = (spec: Spec) => {
  const ajv = new Ajv({ strict: false, inlineRefs: false, validateSchema: false, logger: false })
  addFormats(ajv)
  ajv.addSchema(spec, 'stripe')
  const compiled = new Map<string, ValidateFunction>()

  const validator = (parts: readonly string[]): ValidateFunction => {
    const pointer = `stripe#/${parts.map(escaped).join('/')}`
    const known = compiled.get(pointer) ?? ajv.compile({ $ref: pointer })
    compiled.set(pointer, known)
    return known
  }

  return {
    /** What is wrong with a value by the schema at a place, by name where there is one. */
    wrongBy: (place: readonly string[], value: unknown): string[] => {
      const validate = validator(place)
      const errors = validate(value) ? [] : (validate.errors ?? [])
      return errors.slice(0, 5).map((error) => `${error.instancePath} ${error.message}`)
    },

    /** Stripe leaves room for more fields; the double has none that Stripe does not know. */
    unknownIn: (value: unknown): string[] => unknownIn(spec, value),
  }
}
type Schemas = ReturnType<typeof createSchemas>

const unknownIn = (spec: Spec, value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap((each) => unknownIn(spec, each))
  if (!isObject(value)) return []
  const own = typeof value.object === 'string' ? value.object : ''
  const known = spec.components.schemas[own]?.properties
  const names = known ? Object.keys(value) : []
  const strangers = names.filter((name) => known && !(name in known) && !newer[own]?.includes(name))
  return [
    ...strangers.map((name) => `${own} has no ${name}`),
    ...Object.values(value).flatMap((each) => unknownIn(spec, each)),
  ]
}

/** What the description says against what the double answered. */
const createAnswerCheck = (spec: Spec, { wrongBy, unknownIn }: Schemas) => {
  const templates = Object.keys(spec.paths)
    .toSorted(byLiterals)
    .map((path) => ({ path, pattern: patternOf(path) }))

  return ({ method, path, status, answer }: Exchange): string[] => {
    const [plain = ''] = path.split('?')
    const template = templates.find(({ pattern }) => pattern.test(plain))?.path
    const operation = template && spec.paths[template]?.[method.toLowerCase()]
    if (!template || !operation) return [`Stripe has no ${method} ${plain}`]
    const { responses } = v.parse(Operation, operation)
    const named = status === 200 ? '200' : 'default'
    if (!responses[named]) return [`Stripe has no answer ${status} there`]
    const place = ['paths', template, method.toLowerCase(), 'responses', named, 'content', 'application/json', 'schema']
    return [...wrongBy(place, answer), ...unknownIn(answer)]
  }
}

/** Stripe's mock, which checks addresses and parameters, and answers 400 or 404 to what it does not know. */
const startMock = async (program: string) => {
  const port = await createPorts().any()
  const origin = `http://127.0.0.1:${port}`
  const mock = await startProcess({
    name: 'stripe-mock',
    command: [program, '-http-addr', `127.0.0.1:${port}`],
    env: {},
    isReady: async () => (await fetch(origin, { signal: AbortSignal.timeout(1_000) })).status > 0,
  })

  return {
    requestFaults: async (exchange: Exchange): Promise<string[]> => {
      const answer = await fetch(`${origin}${exchange.path}`, {
        method: exchange.method,
        headers: { authorization: 'Bearer sk_test_123', 'content-type': 'application/x-www-form-urlencoded' },
        ...bodyIn(exchange),
      })
      const said = await answer.text()
      return answer.status === 200 ? [] : [`Stripe's mock: ${answer.status} ${said}`]
    },
    stop: () => mock.stop(),
  }
}

/** What Stripe's own mock and description say against what our code asked and the double answered. */
export const startStripeCheck = async () => {
  const { program, description } = await findStripeMock()
  const text: unknown = JSON.parse(readFileSync(description, 'utf8'))
  const spec = v.parse(Description, toJsonSchema(text))
  const schemas = createSchemas(spec)
  const answerFaults = createAnswerCheck(spec, schemas)
  const { requestFaults, stop } = await startMock(program)

  return {
    /** Each exchange with what is wrong about it. */
    faultsOf: async (exchange: Exchange): Promise<string[]> => [
      ...(await requestFaults(exchange)),
      ...answerFaults(exchange),
    ],

    /** What is wrong about an event and what it is about. */
    eventFaults: (event: unknown): string[] => {
      const { object } = v.parse(DeliveredEvent, event).data
      return [
        ...schemas.wrongBy(['components', 'schemas', 'event'], event),
        ...schemas.wrongBy(['components', 'schemas', object.object], object),
        ...schemas.unknownIn(object),
      ]
    },

    stop,
  }
}
