import { type Answer, StripeRefusal } from '../errors.ts'
import type { Storage } from '../storage.ts'

const keptMs = 24 * 60 * 60 * 1000
const maxKeyLength = 255

export type Keyed = {
  key: string
  /** Method and path: a key belongs to the endpoint that it was first used with. */
  endpoint: string
  /** The canonical parameters. */
  parameters: string
}

type Row = {
  endpoint: string
  parameters: string
  request: string
  status: number
  body: string
  kept_ms: number
}

export type StoredAnswer = Answer & {
  /** The id of the request that was answered first. */
  originalRequest: string
}

const refusal = (status: number, message: string, code?: string) =>
  new StripeRefusal(status, { type: 'idempotency_error', message, ...(code ? { code } : {}) }, false)

/** @throws StripeRefusal when the key was used for something else */
const assertSame = (row: Row, keyed: Keyed): void => {
  if (row.endpoint !== keyed.endpoint) {
    throw refusal(
      400,
      `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${keyed.endpoint}' vs. '${row.endpoint}'). Try using a key other than '${keyed.key}' if you meant to execute a different request.`,
    )
  }
  if (row.parameters !== keyed.parameters) {
    throw refusal(
      400,
      `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${keyed.key}' if you meant to execute a different request.`,
    )
  }
}

/**
 * What Stripe documents and is followed here (https://docs.stripe.com/api/idempotent_requests,
 * https://docs.stripe.com/error-low-level#idempotency):
 * - "saving the resulting status code and body of the first request […] regardless of whether it succeeds or fails.
 *   Subsequent requests with the same key return the same result, including 500 errors."
 *   So a 500 after the effect is replayed although the money is authorised: only a read, or a webhook, tells the truth.
 * - "We save results only after the execution of an endpoint begins": a 500 before the effect, a refused parameter and
 *   a conflict with a request that is still running are not kept, and the same key may be tried again.
 * - Other parameters, or another endpoint, under a known key are an error. Keys may go after 24 hours.
 */
export const createIdempotency = ({ database }: Storage, now: () => number) => {
  // A process that dies takes its running requests along, so this need not survive.
  const running = new Set<string>()

  const find = (keyed: Keyed): StoredAnswer | undefined => {
    const row = database.query<Row, [string]>('SELECT * FROM answers WHERE key = ?').get(keyed.key)
    if (!row || row.kept_ms + keptMs <= now()) return undefined
    assertSame(row, keyed)
    return { status: row.status, body: JSON.parse(row.body), originalRequest: row.request }
  }

  return {
    find,

    /** Runs one request for a key at a time; a second one meanwhile is refused, not queued. */
    exclusively: async <T>(key: string, work: () => Promise<T>): Promise<T> => {
      if (key.length > maxKeyLength) throw refusal(400, 'Idempotency keys can be up to 255 characters long.')
      if (running.has(key)) {
        throw refusal(
          409,
          `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
          'idempotency_key_in_use',
        )
      }
      running.add(key)
      try {
        return await work()
      } finally {
        running.delete(key)
      }
    },

    /** Part of the transaction that has the effect. */
    keep: (keyed: Keyed, answer: Answer, request: string) => {
      database.query('DELETE FROM answers WHERE kept_ms <= ?').run(now() - keptMs)
      database
        .query(
          'INSERT OR REPLACE INTO answers (key, endpoint, parameters, request, status, body, kept_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
        )
        .run(keyed.key, keyed.endpoint, keyed.parameters, request, answer.status, JSON.stringify(answer.body), now())
    },
  }
}

export type Idempotency = ReturnType<typeof createIdempotency>
