export const defaultMaxBytes = 1024 * 1024

export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
}

/**
 * The whole body, or BodyTooLarge as soon as it is known to be over the bound: by its announced length before a byte is
 * read, else while counting. Reading it whole means that a service never sees half of a refused body.
 */
export const readBody = async (
  request: Request,
  signal: AbortSignal,
  maxBytes = defaultMaxBytes,
): Promise<Uint8Array<ArrayBuffer> | undefined> => {
  if (request.body === null || request.method === 'GET' || request.method === 'HEAD') return undefined
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw new BodyTooLarge()
  const reader = request.body.getReader()
  const stop = () => void reader.cancel(signal.reason).catch(() => undefined)
  signal.addEventListener('abort', stop, { once: true })
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      signal.throwIfAborted()
      if (done) break
      size += value.byteLength
      if (size > maxBytes) throw new BodyTooLarge()
      chunks.push(value)
    }
  } catch (error) {
    stop()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
  const body = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.byteLength
  }
  return body
}
