import type { MiddlewareHandler } from 'hono'
import { type DescribeRouteOptions, resolver, uniqueSymbol } from 'hono-openapi'
import * as v from 'valibot'
import type { ErrorCode } from '../errors.ts'

/** Why a route may refuse, gathered from all that stands before it; the document makes responses of them. */
export const refusesKey = 'x-refuses'

type OpenApiDescription = Omit<DescribeRouteOptions, 'responses'> & { refuses?: readonly ErrorCode[] }

const openApiSpec = ({ refuses = [], ...spec }: DescribeRouteOptions & { refuses?: readonly ErrorCode[] }) => ({
  [uniqueSymbol]: { spec: { ...spec, [refusesKey]: refuses } },
})

/** The same middleware, which says in the description of each route that it stands before what it asks for and refuses. */
export const withOpenApi = <H extends object>(middleware: H, description: OpenApiDescription): H =>
  Object.assign(middleware, openApiSpec(description))

/** The same middleware, whose schema describes the body or the query of each route that it stands before. */
export const withRequestSchema = <H extends object>(
  middleware: H,
  target: 'json' | 'query',
  schema: v.GenericSchema,
): H =>
  Object.assign(middleware, {
    // Checks that JSON Schema cannot express are described by the schema's own messages.
    [uniqueSymbol]: { target, ...resolver(schema, { options: { errorMode: 'ignore', typeMode: 'input' } }) },
  })

/** An answer that is no JSON. */
export type Media = { mediaType: string }
type AnswerBody = v.GenericSchema | Media | undefined

const title = (status: number) => (status === 201 ? 'What was made' : status === 204 ? 'Done' : 'The answer')

const responseOf = (status: number, body: AnswerBody) => {
  const description = title(status)
  if (body === undefined) return { description }
  return 'mediaType' in body
    ? { description, content: { [body.mediaType]: { schema: { type: 'string' as const } } } }
    : { description, content: { 'application/json': { schema: resolver(body) } } }
}

/**
 * Describes a route: what it does in a line, what it answers by status (undefined: nothing), and the codes of its own by
 * which it refuses; those of the middlewares before it come by themselves.
 */
export const describeRoute = (
  summary: string,
  byStatus: Record<number, AnswerBody>,
  ...refuses: ErrorCode[]
): MiddlewareHandler => {
  const responses = Object.fromEntries(
    Object.entries(byStatus).map(([status, body]) => [status, responseOf(Number(status), body)]),
  )
  return Object.assign<MiddlewareHandler, object>((_, next) => next(), openApiSpec({ summary, responses, refuses }))
}

/** A schema that the document names, with an example. */
export const named = <S extends v.GenericSchema>(ref: string, schema: S, example?: v.InferInput<S>) =>
  v.pipe(schema, v.metadata({ ref, ...(example === undefined ? {} : { examples: [example] }) }))

/** A page of a list, and where the next one begins. */
export const pageOf = <N extends string, S extends v.GenericSchema>(name: N, row: S) =>
  v.strictObject({ [name]: v.array(row), nextCursor: v.nullable(v.string()) })
