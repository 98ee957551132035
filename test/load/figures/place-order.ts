/** What one press of BUY came back with, and after how long. */
export type Answer = { status: number; code?: string; message?: string; ms: number }

const timeoutMs = 60_000

/** Presses BUY at the public origin. A connection that fails counts as status 0. */
export const placeOrder = async (origin: string, ticketId: string, token: string): Promise<Answer> => {
  const startedAt = performance.now()
  try {
    const answer = await fetch(`${origin}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ ticketId }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    const body: { code?: string; errors?: { message: string }[] } = await answer.json()
    const ms = performance.now() - startedAt
    const [error] = body.errors ?? []
    return {
      status: answer.status,
      ...(body.code ? { code: body.code } : {}),
      ...(error ? { message: error.message } : {}),
      ms,
    }
  } catch (error) {
    return { status: 0, message: String(error), ms: performance.now() - startedAt }
  }
}
