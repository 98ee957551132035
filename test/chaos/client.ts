import type { User } from './users.ts'

export type Answer = { status: number; body: Record<string, unknown> }

/** How long somebody goes on asking. */
export type Patience = { tries: number; timeoutMs: number }
/** Long enough for payments to come back after it was killed. */
const patient: Patience = { tries: 60, timeoutMs: 35_000 }
const longestPauseMs = 1_500

/** The public API as a patient client uses it: the same request, under the same key, until there is an answer. */
export const createClient = (origin: string) => {
  const once = async (
    user: User,
    method: string,
    path: string,
    body: object | undefined,
    key: string | undefined,
    timeoutMs: number,
  ): Promise<Answer> => {
    const answer = await fetch(`${origin}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${user.token}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(key ? { 'idempotency-key': key } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await answer.text()
    const isJson = answer.headers.get('content-type')?.includes('json')
    return { status: answer.status, body: isJson && text ? JSON.parse(text) : {} }
  }

  /** @throws when there is no answer other than trouble for as long as the patience lasts */
  const ask = async (
    user: User,
    method: string,
    path: string,
    body?: object,
    key?: string,
    { tries, timeoutMs } = patient,
  ): Promise<Answer> => {
    let seen = ''
    for (let tried = 1; tried <= tries; tried++) {
      try {
        const answer = await once(user, method, path, body, key, timeoutMs)
        if (answer.status < 500 && answer.status !== 429) return answer
        seen = `${answer.status} ${JSON.stringify(answer.body)}`
      } catch (error) {
        seen = String(error)
      }
      await Bun.sleep(Math.min(200 * tried, longestPauseMs))
    }
    throw new Error(`${method} ${path}: ${seen}`)
  }

  return { ask }
}

export type Client = ReturnType<typeof createClient>
