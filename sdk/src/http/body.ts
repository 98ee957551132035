import type { Context, Env, MiddlewareHandler } from 'hono'
import * as v from 'valibot'
import { MalformedJsonError, RequestValidationError, UnsupportedMediaTypeError } from '../errors.ts'
import { withRequestSchema } from './describe-route.ts'

/** @throws RequestValidationError with the dotted path of each field that is wrong */
export const parse = <S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> => {
  const result = v.safeParse(schema, value)
  if (result.success) return result.output
  const reasons = result.issues.map((issue) => {
    const param = v.getDotPath(issue)
    return param ? { msg: issue.message, param } : { msg: issue.message }
  })
  throw new RequestValidationError(reasons)
}

const isJson = (contentType: string | undefined) => /^application\/json\s*(;|$)/i.test(contentType ?? '')

const readJson = async (c: Context): Promise<unknown> => {
  if (!isJson(c.req.header('content-type'))) throw new UnsupportedMediaTypeError()
  try {
    return JSON.parse(await c.req.text())
  } catch (error) {
    if (error instanceof SyntaxError) throw new MalformedJsonError()
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

/** The query, parsed by `schema`; read it with `c.req.valid('query')`. A parameter given twice is refused by a string schema. */
export const query = <S extends v.GenericSchema, E extends Env = Env, P extends string = string>(
  schema: S,
): MiddlewareHandler<E, P, { in: { query: v.InferInput<S> }; out: { query: v.InferOutput<S> } }> =>
  withRequestSchema(
    async (c, next) => {
      const given = Object.fromEntries(
        Object.entries(c.req.queries()).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
      )
      c.req.addValidatedData('query', parse(schema, given) as object)
      await next()
    },
    'query',
    schema,
  )

const isOnCalendar = (text: string) => {
  const [year, month, day] = text.slice(0, 10).split('-').map(Number) as [number, number, number]
  const date = new Date(Date.UTC(year, month - 1, day))
  // What is no moment at all is said to be so already.
  return Number.isNaN(date.getTime()) || date.getUTCDate() === day
}

const momentForm = 'must be a time such as 2030-05-31T20:00:00Z'

/** A moment with its offset, on a day that exists (a Date would roll 31 February on to March), as a Date. */
export const Moment = v.pipe(
  v.string(momentForm),
  v.examples(['2035-06-01T19:30:00Z']),
  v.isoTimestamp(momentForm),
  v.check(isOnCalendar, 'must be a day that exists'),
  v.transform((text) => new Date(text)),
)

/** The same, or a day, which stands for its midnight in UTC. */
export const DayOrMoment = v.union(
  [
    v.pipe(
      v.string(),
      v.isoDate(),
      v.check(isOnCalendar),
      v.transform((text) => new Date(text)),
    ),
    Moment,
  ],
  'must be a day such as 2030-05-31 or a time such as 2030-05-31T20:00:00Z',
)

/** An id as Fairpass makes them: 24 hexadecimal digits. */
export const Id = v.pipe(
  v.string('must be a string'),
  v.regex(/^[0-9a-f]{24}$/, 'must be an id of 24 hexadecimal digits'),
  v.examples(['665f1c2ab8d3c94f1e0a7b21']),
)
