import { expect, test } from 'bun:test'
import {
  CustomError,
  DatabaseConnectionError,
  NotFoundError,
  RequestValidationError,
  ServiceUnavailableError,
  statusByCode,
} from './errors.ts'

/** The table of the public contract, as it is published. */
const contract: Record<number, string[]> = {
  400: ['request_validation', 'malformed_json'],
  401: ['not_authenticated', 'invalid_credentials', 'refresh_token_invalid'],
  402: ['card_declined'],
  403: ['forbidden', 'account_banned', 'own_ticket'],
  404: ['not_found'],
  409: [
    'email_in_use',
    'ticket_being_checked_out',
    'ticket_sold',
    'ticket_withdrawn',
    'ticket_reserved',
    'order_not_payable',
    'order_not_cancellable',
    'coupon_not_redeemable',
    'version_conflict',
    'idempotency_key_reused',
  ],
  413: ['body_too_large'],
  415: ['unsupported_media_type'],
  429: ['too_many_requests'],
  500: ['internal'],
  503: ['database_unavailable', 'service_unavailable'],
}

/** Codes of calls that were added to the contract's. */
const added: Record<number, string[]> = {
  400: ['token_invalid', 'file_unreadable', 'no_barcode'],
  401: ['second_factor_required'],
  403: ['reauthentication_required', 'email_not_confirmed'],
  409: [
    'payment_not_refundable',
    'earnings_outstanding',
    'ticket_already_listed',
    'ticket_file_missing',
    'handover_not_possible',
    'resale_not_possible',
    'claim_not_possible',
  ],
}

// Guarantee: a client that knows the contract knows every answer; a new code needs a row here.
test('every code has the status that the contract gives it, and there is no other', () => {
  const rows = [contract, added].flatMap((table) =>
    Object.entries(table).flatMap(([status, codes]) => codes.map((code) => [code, Number(status)])),
  )
  expect<Record<string, number>>(statusByCode).toEqual(Object.fromEntries(rows))
})

class TicketLostError extends CustomError {
  readonly code = 'not_found'
  override readonly retryAfterSeconds = 7
  constructor() {
    super('The ticket is lost')
  }
}

test('an error knows how it is shown', () => {
  const error = new TicketLostError()
  expect({ status: error.status, code: error.code, shown: error.serialize() }).toEqual({
    status: 404,
    code: 'not_found',
    shown: [{ message: 'The ticket is lost' }],
  })
  expect(error).toBeInstanceOf(Error)
  const invalid = new RequestValidationError([{ msg: 'Bad Email', param: 'email' }, { msg: 'must be an object' }])
  expect(invalid.reasons).toEqual([{ msg: 'Bad Email', param: 'email' }, { msg: 'must be an object' }])
  expect(invalid.serialize()).toEqual([{ message: 'Bad Email', field: 'email' }, { message: 'must be an object' }])
  expect(new DatabaseConnectionError()).toMatchObject({ reason: 'Failed to connect to database', status: 503 })
})

test('an error has a name of its own, also in a bundle', () => {
  expect(`${new NotFoundError()}`).toBe('NotFoundError: Not found')
  expect(`${new ServiceUnavailableError()}`).toStartWith('ServiceUnavailableError: ')
})
