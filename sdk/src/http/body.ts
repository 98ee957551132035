import type { Context, Env, MiddlewareHandler } from 'hono'
import * as v from 'valibot'
import { MalformedJsonError, RequestValidationError, UnsupportedMediaTypeError } from '../errors.ts'
import { withRequestSchema } from './describe-route.ts'

/** A body of a hundred thousand unknown fields is not answered with as many sentences. */
const maxReasons = 50

/**
 * The validator's default messages are for programmers; these replace them where a schema has no message of its own.
 */
const messageOf = (issue: v.BaseIssue<unknown>): string => {
  if (!/^Invalid \w+:/.test(issue.message)) return issue.message
  // Of several that would do, the last is what was meant: before it stands what counts as left out.
  const meant = issue.type === 'union' ? issue.issues?.at(-1) : undefined
  if (meant) return messageOf(meant)
  if (issue.expected === 'never') return 'is not a field here'
  if (issue.received === 'undefined') return 'is missing'
  const choices = issue.type === 'picklist' ? (issue.expected?.match(/"[^"]+"/g) ?? []) : []
  if (choices.length > 0) return `must be ${choices.map((choice) => choice.slice(1, -1)).join(' or ')}`
  const wanted: Record<string, string> = {
    string: 'must be a text',
    number: 'must be a number',
    boolean: 'must be true or false',
    Object: 'must be an object',
    Array: 'must be a list',
  }
  return wanted[issue.expected ?? ''] ?? 'is not valid'
}

/**
 * @param wordsFor what is said of a field in place of the schema's words
 * @throws RequestValidationError with the dotted path of each field that is wrong
 */
export const parse = <S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  wordsFor: (field: string) => string | undefined = () => undefined,
): v.InferOutput<S> => {
  const result = v.safeParse(schema, value)
  if (result.success) return result.output
  const reasons = result.issues.slice(0, maxReasons).map((issue) => {
    const param = v.getDotPath(issue)
    return param ? { msg: wordsFor(param) ?? messageOf(issue), param } : { msg: messageOf(issue) }
  })
  throw new RequestValidationError(reasons)
}

const isJson = (contentType: string | undefined) => /^application\/json\s*(;|$)/i.test(contentType ?? '')

/** The body as it came; whoever reads it first leaves it whole for the next. */
export const readBytes = async (c: Context): Promise<Uint8Array> => new Uint8Array(await c.req.arrayBuffer())

const utf8 = new TextDecoder('utf-8', { fatal: true })

const readJson = async (c: Context): Promise<unknown> => {
  if (!isJson(c.req.header('content-type'))) throw new UnsupportedMediaTypeError()
  const bytes = await readBytes(c)
  try {
    // What is no UTF-8 would be stored as question marks.
    return JSON.parse(utf8.decode(bytes))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) throw new MalformedJsonError()
    throw error
  }
}

/** A schema of optional fields would take an array, or any other object, for an empty one. */
const refuseUnlessObject = (value: unknown) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RequestValidationError([{ msg: 'The body must be a JSON object' }])
  return value
}

/** The JSON body, parsed by `schema`; read it with `c.req.valid('json')`. */
export const body = <S extends v.GenericSchema, E extends Env = Env, P extends string = string>(
  schema: S,
): MiddlewareHandler<E, P, { in: { json: v.InferInput<S> }; out: { json: v.InferOutput<S> } }> =>
  withRequestSchema(
    async (c, next) => {
      c.req.addValidatedData('json', parse(schema, refuseUnlessObject(await readJson(c))) as object)
      await next()
    },
    'json',
    schema,
  )

/**
 * The query, parsed by `schema`; read it with `c.req.valid('query')`. An empty parameter is none, as the empty field of a form
 * is; one that is given twice is refused by a string schema.
 */
export const query = <S extends v.GenericSchema, E extends Env = Env, P extends string = string>(
  schema: S,
): MiddlewareHandler<E, P, { in: { query: v.InferInput<S> }; out: { query: v.InferOutput<S> } }> =>
  withRequestSchema(
    async (c, next) => {
      const queries = c.req.queries()
      const given = Object.fromEntries(
        Object.entries(queries)
          .filter(([, values]) => values.length > 1 || values[0] !== '')
          .map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
      )
      const unlessOnce = (name: string) => ((queries[name]?.length ?? 0) > 1 ? 'must be given once' : undefined)
      c.req.addValidatedData('query', parse(schema, given, unlessOnce) as object)
      await next()
    },
    'query',
    schema,
  )

/** An id as Fairpass makes them: 24 hexadecimal digits. */
export const Id = v.pipe(
  v.string('must be a text'),
  v.regex(/^[0-9a-f]{24}$/, 'must be an id of 24 hexadecimal digits'),
  v.examples(['665f1c2ab8d3c94f1e0a7b21']),
)
