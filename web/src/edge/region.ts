/** How long the region may take until its answer begins, in milliseconds. */
const timeoutMs = 5_000

/** Headers that a read of the region takes along; a visitor's cookies are none of them. */
const passedOn = ['accept', 'if-none-match', 'last-event-id', 'traceparent']

/**
 * Passes a read on to the same app in its region, as it came.
 * @returns undefined where no region is named, or it does not answer
 */
export const createRegion =
  (origin: string | undefined) =>
  async (request: Request): Promise<Response | undefined> => {
    if (origin === undefined) return undefined
    const { pathname, search } = new URL(request.url)
    const headers = new Headers()
    for (const name of passedOn) {
      const value = request.headers.get(name)
      if (value !== null) headers.set(name, value)
    }
    // The bound is on the beginning of the answer: a stream goes on for as long as its visitor stays.
    const call = new AbortController()
    const timer = setTimeout(() => call.abort(), timeoutMs)
    request.signal.addEventListener('abort', () => call.abort(), { once: true })
    try {
      const { method } = request
      const answer = await fetch(`${origin}${pathname}${search}`, {
        method,
        headers,
        redirect: 'manual',
        signal: call.signal,
      })
      if (answer.status >= 500) return undefined
      return new Response(answer.body, { status: answer.status, headers: answer.headers })
    } catch {
      return undefined
    } finally {
      clearTimeout(timer)
    }
  }
