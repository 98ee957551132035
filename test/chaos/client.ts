import type { User } from './users.ts'

type Content = { type: string; body: string | Uint8Array<ArrayBuffer> }
export type Answer = { status: number; body: Record<string, unknown> }
/** What was answered before there was an answer to be content with. */
export type Refusal = { what: string; status: number; code: string; isRetryable: boolean }

/** How long somebody goes on asking. */
export type Patience = { tries: number; timeoutMs: number }
/** Long enough for payments to come back after it was killed. */
const patient: Patience = { tries: 60, timeoutMs: 35_000 }
const longestPauseMs = 1_500

const once = async (
  origin: string,
  user: User,
  method: string,
  path: string,
  content: Content | undefined,
  key: string | undefined,
  timeoutMs: number,
): Promise<Answer & { isRetryable: boolean }> => {
  const answer = await fetch(`${origin}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${user.token}`,
      ...(content ? { 'content-type': content.type } : {}),
      ...(key ? { 'idempotency-key': key } : {}),
    },
    ...(content ? { body: content.body } : {}),
    signal: AbortSignal.timeout(timeoutMs),
  })
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.includes('json')
  const isRetryable = answer.headers.has('retry-after')
  return { status: answer.status, body: isJson && text ? JSON.parse(text) : {}, isRetryable }
}

/** The public API as a patient client uses it: the same request, under the same key, until there is an answer. */
export const createClient = (origin: string, onRefusal: (refusal: Refusal) => void = () => {}) => {
  const persist = async (
    user: User,
    method: string,
    path: string,
    content: Content | undefined,
    key: string | undefined,
    { tries, timeoutMs }: Patience,
  ): Promise<Answer> => {
    let seen = ''
    for (let tried = 1; tried <= tries; tried++) {
      try {
        const answer = await once(origin, user, method, path, content, key, timeoutMs)
        const { status, isRetryable, body } = answer
        if (status < 500 && status !== 429) return { status, body }
        onRefusal({ what: `${method} ${path}`, status, code: String(body.code ?? ''), isRetryable })
        seen = `${status} ${JSON.stringify(body)}`
      } catch (error) {
        seen = String(error)
      }
      await Bun.sleep(Math.min(200 * tried, longestPauseMs))
    }
    throw new Error(`${method} ${path}: ${seen}`)
  }

  /** @throws when there is no answer other than trouble for as long as the patience lasts */
  const ask = (user: User, method: string, path: string, body?: object, key?: string, patience = patient) =>
    persist(user, method, path, body && { type: 'application/json', body: JSON.stringify(body) }, key, patience)

  /** Sends bytes as they are; @throws as `ask` does */
  const send = (user: User, path: string, bytes: Uint8Array<ArrayBuffer>, type: string) =>
    persist(user, 'POST', path, { type, body: bytes }, undefined, patient)

  return { ask, send }
}

export type Client = ReturnType<typeof createClient>
