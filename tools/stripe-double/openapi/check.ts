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

/** What Stripe's own mock and description say against what our code asked and the double answered. */
export const startStripeCheck = async () => {
  const { program, description } = await findStripeMock()
  const text: unknown = JSON.parse(readFileSync(description, 'utf8'))
  const spec = v.parse(Description, toJsonSchema(text))
  const ajv = new Ajv({ strict: false, inlineRefs: false, validateSchema: false, logger: false })
  addFormats(ajv)
  ajv.addSchema(spec, 'stripe')
  const templates = Object.keys(spec.paths)
    .toSorted(byLiterals)
    .map((path) => ({ path, pattern: patternOf(path) }))
  const compiled = new Map<string, ValidateFunction>()

  const validator = (...parts: string[]): ValidateFunction => {
    const pointer = `stripe#/${parts.map(escaped).join('/')}`
    const known = compiled.get(pointer) ?? ajv.compile({ $ref: pointer })
    compiled.set(pointer, known)
    return known
  }

  /** What is wrong with a value by this schema, by name where there is one. */
  const wrongBy = (validate: ValidateFunction, value: unknown): string[] =>
    validate(value) ? [] : (validate.errors ?? []).slice(0, 5).map((error) => `${error.instancePath} ${error.message}`)

  /** Stripe leaves room for more fields; the double has none that Stripe does not know. */
  const unknownIn = (value: unknown): string[] => {
    if (Array.isArray(value)) return value.flatMap(unknownIn)
    if (!isObject(value)) return []
    const own = typeof value.object === 'string' ? value.object : ''
    const known = spec.components.schemas[own]?.properties
    const names = known ? Object.keys(value) : []
    const strangers = names.filter((name) => known && !(name in known) && !newer[own]?.includes(name))
    return [...strangers.map((name) => `${own} has no ${name}`), ...Object.values(value).flatMap(unknownIn)]
  }

  const answerFaults = ({ method, path, status, answer }: Exchange): string[] => {
    const [plain = ''] = path.split('?')
    const template = templates.find(({ pattern }) => pattern.test(plain))?.path
    const operation = template && spec.paths[template]?.[method.toLowerCase()]
    if (!template || !operation) return [`Stripe has no ${method} ${plain}`]
    const { responses } = v.parse(Operation, operation)
    const named = status === 200 ? '200' : 'default'
    if (!responses[named]) return [`Stripe has no answer ${status} there`]
    const place = ['paths', template, method.toLowerCase(), 'responses', named, 'content', 'application/json', 'schema']
    return [...wrongBy(validator(...place), answer), ...unknownIn(answer)]
  }

  const port = await createPorts().any()
  const origin = `http://127.0.0.1:${port}`
  const mock = await startProcess({
    name: 'stripe-mock',
    command: [program, '-http-addr', `127.0.0.1:${port}`],
    env: {},
    isReady: async () => (await fetch(origin, { signal: AbortSignal.timeout(1_000) })).status > 0,
  })

  /** Stripe's mock checks addresses and parameters, and would say 400 or 404. */
  const requestFaults = async (exchange: Exchange): Promise<string[]> => {
    const answer = await fetch(`${origin}${exchange.path}`, {
      method: exchange.method,
      headers: { authorization: 'Bearer sk_test_123', 'content-type': 'application/x-www-form-urlencoded' },
      ...bodyIn(exchange),
    })
    const said = await answer.text()
    return answer.status === 200 ? [] : [`Stripe's mock: ${answer.status} ${said}`]
  }

  return {
    /** Each exchange with what is wrong about it. */
    faultsOf: async (exchange: Exchange): Promise<string[]> => [
      ...(await requestFaults(exchange)),
      ...answerFaults(exchange),
    ],

    /** What is wrong about an event and what it tells of. */
    eventFaults: (event: unknown): string[] => {
      const object = v.parse(v.object({ data: v.object({ object: v.looseObject({ object: v.string() }) }) }), event)
        .data.object
      return [
        ...wrongBy(validator('components', 'schemas', 'event'), event),
        ...wrongBy(validator('components', 'schemas', object.object), object),
        ...unknownIn(object),
      ]
    },

    stop: () => mock.stop(),
  }
}
