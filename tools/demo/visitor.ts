/** What a call of the public API came back with. `body` is whatever JSON there was. */
export type Answer = { status: number; headers: Headers; body: Body }
// The caller knows the shape of the answer; a wrong one fails there.
type Body = { [key: string]: unknown } & {
  id: string
  code: string
  status: string
  errors: { message: string; field?: string }[]
}

type Ask = { body?: unknown; file?: Uint8Array; headers?: Record<string, string> }

/** A call as it went: `sent` is the body of the request, `text` that of the answer, `body` what its JSON says. */
export type Exchange = {
  method: string
  path: string
  sent: unknown
  status: number
  contentType: string | null
  text: string
  body: unknown
}

/** For tests that check everything that a visitor sends and gets. */
type Observer = {
  onRequest?: (sent: unknown) => void
  onCookie?: (name: string, value: string) => void
  onAnswer?: (exchange: Exchange, jar: ReadonlyMap<string, string>) => void
}

const timeoutMs = 30_000

const storeCookies = (jar: Map<string, string>, answer: Response, onCookie: Observer['onCookie']) => {
  for (const line of answer.headers.getSetCookie()) {
    const [pair = '', ...attributes] = line.split(';')
    const at = pair.indexOf('=')
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)]
    if (attributes.some((attribute) => /^\s*max-age=0$/i.test(attribute)) || value === '') jar.delete(name)
    else {
      jar.set(name, value)
      onCookie?.(name, value)
    }
  }
}

/** Somebody with a browser's cookie jar, at the public origin. */
export const createVisitor = (origin: string, { onRequest, onCookie, onAnswer }: Observer = {}) => {
  const jar = new Map<string, string>()

  const call = async (method: string, path: string, { body: sent, file, headers = {} }: Ask = {}): Promise<Answer> => {
    onRequest?.(sent)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(`${origin}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(cookie ? { cookie } : {}),
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(file === undefined ? {} : { body: new Uint8Array(file) }),
      ...(sent === undefined ? {} : { body: typeof sent === 'string' ? sent : JSON.stringify(sent) }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    storeCookies(jar, answer, onCookie)
    const text = await answer.text()
    const { status } = answer
    const contentType = answer.headers.get('content-type')
    const body = contentType?.includes('json') ? JSON.parse(text) : { text }
    onAnswer?.({ method, path, sent, status, contentType, text, body: text === '' ? undefined : body }, jar)
    return { status, headers: answer.headers, body }
  }

  return {
    jar,
    call,
    get: (path: string, ask?: Ask) => call('GET', path, ask),
    post: (path: string, body?: unknown, headers?: Record<string, string>) =>
      call('POST', path, { ...(body === undefined ? {} : { body }), ...(headers ? { headers } : {}) }),
    put: (path: string, body: unknown) => call('PUT', path, { body }),
    delete: (path: string) => call('DELETE', path),
    buy: (ticketId: string) => call('POST', '/api/orders', { body: { ticketId } }),
    pay: (orderId: string, paymentMethod = 'pm_card_visa', headers?: Record<string, string>) =>
      call('POST', '/api/payments', { body: { orderId, paymentMethod }, ...(headers ? { headers } : {}) }),
  }
}

export type Visitor = ReturnType<typeof createVisitor>

export const expectStatus = (answer: Answer, status: number): Answer => {
  if (answer.status !== status)
    throw new Error(`expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`)
  return answer
}
