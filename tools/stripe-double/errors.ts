import type Stripe from 'stripe'

/** What stands under `error` in a refused answer. */
export type ErrorBody = {
  type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error'
  message: string
  code?: string
  param?: string
  decline_code?: string
  charge?: string
  doc_url?: string
  payment_intent?: Stripe.PaymentIntent
  payment_method?: Stripe.PaymentMethod
}

export type Answer = {
  status: number
  body: unknown
}

const documented = (error: ErrorBody): ErrorBody =>
  error.code ? { ...error, doc_url: `https://stripe.com/docs/error-codes/${error.code.replaceAll('_', '-')}` } : error

export const errorAnswer = (status: number, error: ErrorBody): Answer => ({
  status,
  body: { error: documented(error) },
})

/**
 * A request that changed nothing. `begun` is whether the endpoint had begun: Stripe keeps the answer for the idempotency key
 * only then, "if incoming parameters fail validation […] no API endpoint initiates the execution".
 * https://docs.stripe.com/api/idempotent_requests
 */
export class StripeRefusal extends Error {
  override readonly name = 'StripeRefusal'
  readonly answer: Answer
  constructor(
    readonly status: number,
    readonly error: ErrorBody,
    readonly begun: boolean,
  ) {
    super(error.message)
    this.answer = errorAnswer(status, error)
  }
}

/** The connection ends without an answer; only the listener can do that, so it travels there as an error. */
export class ConnectionDropped extends Error {}

export const parameterRefused = (code: string, param: string, message: string) =>
  new StripeRefusal(400, { type: 'invalid_request_error', code, param, message }, false)

export const missingParameter = (param: string) =>
  parameterRefused('parameter_missing', param, `Missing required param: ${param}.`)

/** An object named in the address is 404, one named in a parameter 400. */
export const noSuch = (what: string, id: string, param: string, status: 400 | 404 = 404) =>
  new StripeRefusal(
    status,
    { type: 'invalid_request_error', code: 'resource_missing', param, message: `No such ${what}: '${id}'` },
    true,
  )

export const unexpectedState = (intent: Stripe.PaymentIntent, message: string) =>
  new StripeRefusal(
    400,
    { type: 'invalid_request_error', code: 'payment_intent_unexpected_state', message, payment_intent: intent },
    true,
  )

export const refused = (message: string, detail: Pick<ErrorBody, 'code' | 'param'> = {}) =>
  new StripeRefusal(400, { type: 'invalid_request_error', ...detail, message }, true)

export const serverError = (): Answer => errorAnswer(500, { type: 'api_error', message: 'An unknown error occurred.' })

const masked = (key: string) =>
  `${key.slice(0, 8)}${'*'.repeat(Math.max(0, Math.min(key.length, 40) - 12))}${key.slice(-4)}`

export const keyRefused = (key: string | undefined): Answer =>
  errorAnswer(401, {
    type: 'invalid_request_error',
    message: key
      ? `Invalid API Key provided: ${masked(key)}`
      : 'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth.',
  })

export const noSuchPath = (method: string, path: string): Answer =>
  errorAnswer(404, { type: 'invalid_request_error', message: `Unrecognized request URL (${method}: ${path}).` })
