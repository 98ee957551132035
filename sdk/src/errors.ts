/** Every code that a client may see, with its HTTP status. The public list: a new code starts here. */
export const statusByCode = {
  request_validation: 400,
  malformed_json: 400,
  file_unreadable: 400,
  no_barcode: 400,
  not_authenticated: 401,
  invalid_credentials: 401,
  refresh_token_invalid: 401,
  card_declined: 402,
  forbidden: 403,
  account_banned: 403,
  second_factor_required: 401,
  reauthentication_required: 403,
  email_not_confirmed: 403,
  own_ticket: 403,
  not_found: 404,
  token_invalid: 400,
  email_in_use: 409,
  earnings_outstanding: 409,
  ticket_being_checked_out: 409,
  ticket_sold: 409,
  ticket_withdrawn: 409,
  ticket_reserved: 409,
  ticket_already_listed: 409,
  ticket_file_missing: 409,
  handover_not_possible: 409,
  resale_not_possible: 409,
  claim_not_possible: 409,
  order_not_payable: 409,
  order_not_cancellable: 409,
  payment_not_refundable: 409,
  coupon_not_redeemable: 409,
  version_conflict: 409,
  idempotency_key_reused: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  too_many_requests: 429,
  internal: 500,
  database_unavailable: 503,
  service_unavailable: 503,
} as const

export type ErrorCode = keyof typeof statusByCode
export type ShownError = { message: string; field?: string }

/** An error that knows how it is shown to a client. Anything else that is thrown is shown as `internal`. */
export abstract class CustomError extends Error {
  abstract readonly code: ErrorCode
  /** Seconds after which asking again makes sense; becomes the `Retry-After` header (RFC 9110, 10.2.3). */
  readonly retryAfterSeconds: number | undefined = undefined
  /** Members beside the usual ones, for a program to read (RFC 9457, 3.2). */
  readonly extensions: Readonly<Record<string, string>> = {}

  /** Made of the code, since bundles shorten the names of classes; an engine may ask before the code is set. */
  override get name() {
    return `${String(this.code).replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())}Error`
  }

  get status() {
    return statusByCode[this.code]
  }

  serialize(): ShownError[] {
    return [{ message: this.message }]
  }
}

/** The request is well-formed JSON, but not what the route takes. */
export class RequestValidationError extends CustomError {
  readonly code = 'request_validation'

  /** @param reasons what is wrong and, where one field is to blame, its dotted path */
  constructor(readonly reasons: { msg: string; param?: string }[]) {
    super('The request is not valid')
  }

  override serialize() {
    return this.reasons.map(({ msg, param }) => (param ? { message: msg, field: param } : { message: msg }))
  }
}

export class MalformedJsonError extends CustomError {
  readonly code = 'malformed_json'
  constructor() {
    super('The body is not valid JSON')
  }
}

export class UnsupportedMediaTypeError extends CustomError {
  readonly code = 'unsupported_media_type'
  constructor(message = 'Send the body as application/json') {
    super(message)
  }
}

export class BodyTooLargeError extends CustomError {
  readonly code = 'body_too_large'
  /** @param limitBytes the largest body that is read */
  constructor(limitBytes: number) {
    super(`The body is larger than ${limitBytes} bytes`)
  }
}

export class NotAuthenticatedError extends CustomError {
  readonly code = 'not_authenticated'
  constructor() {
    super('Sign in first')
  }
}

export class ForbiddenError extends CustomError {
  readonly code = 'forbidden'
  constructor(message = 'You may not do this') {
    super(message)
  }
}

export class AccountBannedError extends CustomError {
  readonly code = 'account_banned'
  constructor() {
    super('This account has been suspended')
  }
}

/** The password was right, or the session is good: what is missing is a code of the authenticator app, or a passkey. */
export class SecondFactorRequiredError extends CustomError {
  readonly code = 'second_factor_required'
  constructor(message = 'Give a code of your authenticator app, or a recovery code') {
    super(message)
  }
}

/** Signed in, but too long ago for this (OWASP ASVS 5.0, 7.5.2). */
export class ReauthenticationRequiredError extends CustomError {
  readonly code = 'reauthentication_required'
  constructor() {
    super('Confirm that it is you, then try again')
  }
}

export class EmailNotConfirmedError extends CustomError {
  readonly code = 'email_not_confirmed'
  constructor() {
    super('Confirm your email address first; the link is in the mail that we sent you')
  }
}

/** Also for what belongs to another user, so that an id reveals nothing. */
export class NotFoundError extends CustomError {
  readonly code = 'not_found'
  constructor(message = 'Not found') {
    super(message)
  }
}

/** The document changed between reading and writing it, more often than the writer tried again. */
export class VersionConflictError extends CustomError {
  readonly code = 'version_conflict'
  constructor() {
    super('Somebody changed this at the same time; load it again and retry')
  }
}

export class IdempotencyKeyReusedError extends CustomError {
  readonly code = 'idempotency_key_reused'
  constructor() {
    super('This Idempotency-Key was used for a different request')
  }
}

export class TooManyRequestsError extends CustomError {
  readonly code = 'too_many_requests'
  constructor(override readonly retryAfterSeconds: number) {
    super('Too many requests; try again a little later')
  }
}

export class DatabaseConnectionError extends CustomError {
  readonly code = 'database_unavailable'
  readonly reason = 'Failed to connect to database'
  override readonly retryAfterSeconds = 1
  constructor(options?: ErrorOptions) {
    super('Failed to connect to database', options)
  }
}

export class ServiceUnavailableError extends CustomError {
  readonly code = 'service_unavailable'
  override readonly retryAfterSeconds: number = 1
  constructor(
    message = 'This part of Fairpass is not available right now; try again in a moment',
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** What a client sees of a failure that nobody foresaw. */
export class InternalError extends CustomError {
  readonly code = 'internal'
  constructor(options?: ErrorOptions) {
    super('Something went wrong on our side', options)
  }
}

/** Another service refused an invocation; shown as that service showed it. */
export class RelayedProblemError extends CustomError {
  constructor(
    readonly code: ErrorCode,
    readonly errors: ShownError[],
    override readonly retryAfterSeconds: number | undefined,
  ) {
    super(errors[0]?.message ?? code)
  }

  override serialize() {
    return this.errors
  }
}
