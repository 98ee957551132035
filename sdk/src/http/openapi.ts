import { STATUS_CODES } from 'node:http'
import { toJsonSchema } from '@valibot/to-json-schema'
import type { Env, Hono, Schema } from 'hono'
import { generateSpecs } from 'hono-openapi'
import * as v from 'valibot'
import { type ErrorCode, statusByCode } from '../errors.ts'
import { cookieName } from '../identity/identity.ts'
import { onlyFrom } from './app.ts'
import { refusesKey } from './describe-route.ts'
import { resolutionByCode } from './resolutions.ts'

const codes = Object.keys(statusByCode) as [ErrorCode, ...ErrorCode[]]

/** The one form of every error. */
const Problem = v.pipe(
  v.strictObject({
    type: v.literal('about:blank'),
    title: v.string(),
    status: v.pipe(v.number(), v.integer()),
    code: v.picklist(codes),
    errors: v.pipe(
      v.array(v.strictObject({ message: v.string(), field: v.optional(v.string()) })),
      v.minLength(1),
      v.description('At least one; a validation error names the field'),
    ),
    traceId: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/), v.description('What the logs know the request by')),
    declineCode: v.optional(
      v.pipe(v.string(), v.description('Only with card_declined: why, as far as its holder may know')),
    ),
  }),
  v.examples([
    {
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      code: 'ticket_being_checked_out',
      errors: [{ message: 'The ticket is being checking out by someone else, please come back later' }],
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    },
  ]),
)

const description = `Buy and sell tickets. A buyer who presses BUY has 15 minutes to check out.

Sign up or in, and the session travels in two cookies; \`Authorization: Bearer\` with the access token is accepted, too.
Money is in whole minor units with a lower-case ISO 4217 currency, times are ISO 8601 in UTC. Lists page by \`cursor\`.
\`Idempotency-Key\` makes a POST safe to repeat: the same key, caller and body get the first answer again.

Every error is \`application/problem+json\` with a stable \`code\`:

| status | code | what to do |
|---|---|---|
${codes
  .toSorted((one, other) => statusByCode[one] - statusByCode[other])
  .map((code) => `| ${statusByCode[code]} | \`${code}\` | ${resolutionByCode[code]} |`)
  .join('\n')}`

/** Any call may fail for these reasons. */
const always: ErrorCode[] = ['internal', 'database_unavailable', 'service_unavailable']

const Operation = v.looseObject({
  [refusesKey]: v.optional(v.array(v.picklist(codes)), []),
  responses: v.optional(v.record(v.string(), v.unknown()), {}),
  parameters: v.optional(v.array(v.looseObject({ in: v.optional(v.string()) })), []),
  requestBody: v.optional(v.unknown()),
})
type Operation = v.InferOutput<typeof Operation>
const Paths = v.record(v.string(), v.record(v.string(), Operation))

const codesOf = (method: string, { [refusesKey]: own, parameters, requestBody }: Operation): ErrorCode[] => {
  const isIn = (place: string) => parameters.some((parameter) => parameter.in === place)
  return [
    ...own,
    ...always,
    ...(method === 'get' ? [] : (['forbidden', 'unsupported_media_type', 'body_too_large'] as const)),
    ...(requestBody ? (['request_validation', 'malformed_json'] as const) : []),
    ...(isIn('query') ? (['request_validation'] as const) : []),
    ...(isIn('path') ? (['not_found'] as const) : []),
  ]
}

const retryAfter = {
  'Retry-After': { description: 'Seconds until it makes sense to ask again', schema: { type: 'integer' } },
}
const mayRetry = new Set<ErrorCode>(['ticket_being_checked_out', 'too_many_requests', 'service_unavailable'])

const refusal = (status: number, refused: ErrorCode[]) => ({
  description: `${STATUS_CODES[status]}: ${refused.map((code) => `\`${code}\``).join(', ')}`,
  ...(refused.some((code) => mayRetry.has(code)) ? { headers: retryAfter } : {}),
  content: {
    'application/problem+json': {
      schema: {
        allOf: [
          { $ref: '#/components/schemas/Problem' },
          { type: 'object', properties: { status: { const: status }, code: { enum: refused } } },
        ],
      },
    },
  },
})

const finished = (path: string, method: string, operation: Operation) => {
  const { [refusesKey]: _, parameters, responses, ...rest } = operation
  const refused = Object.groupBy(new Set(codesOf(method, operation)), (code) => statusByCode[code])
  return {
    tags: [path.split('/')[2]],
    ...rest,
    ...(parameters.length > 0 ? { parameters } : {}),
    responses: {
      ...responses,
      ...Object.fromEntries(Object.entries(refused).map(([status, own]) => [status, refusal(Number(status), own)])),
    },
  }
}

/** What an app answers under `/api`, as OpenAPI 3.1: every route that it has, made of the schemas that the routes parse with. */
export const openApiOf = async <E extends Env, S extends Schema, B extends string>(
  app: Hono<E, S, B>,
  publicOrigin: string,
) => {
  const { paths, components } = await generateSpecs(app, {
    // Routes without a description are in the document, too, so that a test notices them.
    includeEmptyPaths: true,
    excludeStaticFile: false,
    defaultValidationErrorResponse: false,
  })
  const own = Object.entries(v.parse(Paths, paths)).filter(([path]) => path.startsWith('/api/'))
  // A document of OpenAPI 3.1 names its dialect once.
  const { $schema: _, ...problem } = toJsonSchema(Problem)
  return {
    openapi: '3.1.0',
    info: { title: 'Fairpass', version: '1.0.0', description },
    servers: [{ url: publicOrigin }],
    paths: Object.fromEntries(
      own.map(([path, operations]) => [
        path,
        Object.fromEntries(
          Object.entries(operations).map(([method, operation]) => [method, finished(path, method, operation)]),
        ),
      ]),
    ),
    components: {
      schemas: { ...components?.schemas, Problem: problem },
      securitySchemes: {
        cookie: { type: 'apiKey', in: 'cookie', name: cookieName('access', publicOrigin) },
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
    },
  }
}

/** The app with its own description, which the web app joins with those of the others and publishes. */
export const describeApi = <E extends Env, S extends Schema, B extends string>(
  app: Hono<E, S, B>,
  publicOrigin: string,
): Hono<E, S, B> => {
  let made: ReturnType<typeof openApiOf> | undefined
  app.get('/internal/openapi.json', onlyFrom('web'), async (c) => {
    made ??= openApiOf(app, publicOrigin)
    made.catch(() => {
      // The next request tries again.
      made = undefined
    })
    return c.json(await made)
  })
  return app
}
