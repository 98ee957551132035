import { keepSecret } from './whole-run.ts'

/** What a call of the public API came back with. `body` is whatever JSON there was. */
export type Answer = { status: number; headers: Headers; body: Body }
// The tests assert on what they read; a wrong shape fails them there.
type Body = { [key: string]: unknown } & {
  id: string
  code: string
  status: string
  errors: { message: string; field?: string }[]
}

type Ask = { body?: unknown; headers?: Record<string, string> }

const timeoutMs = 30_000

/** Every token that a visitor of this run was given, and every password that one had, by what it is. */
export const secretsSeen = new Map<string, string>()

const note = (what: string, value: string) => {
  secretsSeen.set(`${what} ${secretsSeen.size}`, value)
  keepSecret(what, value)
}

/** Passwords that say nothing by themselves, such as those of one letter, are found anywhere. */
const leastSecretLength = 8

const noteToken = (name: string, value: string) => {
  // A part of a token is as good as the whole: the signature, or what comes after the session's id.
  const secretPart = value.split('.').at(-1) ?? ''
  if (secretPart.length >= leastSecretLength) note(`the ${name} token`, secretPart)
}

const passwordsIn = (body: unknown): string[] => {
  const { password, newPassword } = (body ?? {}) as { password?: unknown; newPassword?: unknown }
  return [password, newPassword].filter(
    (text): text is string => typeof text === 'string' && text.trim().length >= leastSecretLength,
  )
}

/** An answer of the API, to be held against its description. */
export type Answered = { method: string; path: string; status: number; contentType: string | null; body: unknown }

/** Somebody with a browser's cookie jar, at the public origin; `check` looks at each answer of the API. */
export const createVisitor = (origin: string, check: (answered: Answered) => void = () => {}) => {
  const jar = new Map<string, string>()

  const keepCookies = (answer: Response) => {
    for (const line of answer.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';')
      const at = pair.indexOf('=')
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)]
      if (attributes.some((attribute) => /^\s*max-age=0$/i.test(attribute)) || value === '') jar.delete(name)
      else {
        jar.set(name, value)
        noteToken(name, value)
      }
    }
  }

  const call = async (method: string, path: string, { body: sent, headers = {} }: Ask = {}): Promise<Answer> => {
    const passwords = passwordsIn(sent)
    for (const password of passwords) note('the password', password)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(`${origin}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(cookie ? { cookie } : {}),
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: typeof sent === 'string' ? sent : JSON.stringify(sent) }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    keepCookies(answer)
    const text = await answer.text()
    const tokens = [jar.get('access'), jar.get('refresh')].flatMap((token) => token ?? [])
    if ([...passwords, ...tokens].some((secret) => text.includes(secret)) || text.includes('$argon2'))
      throw new Error(`${method} ${path} tells a password, a token or a hash: ${text.slice(0, 500)}`)
    const { status } = answer
    const contentType = answer.headers.get('content-type')
    const body = contentType?.includes('json') ? JSON.parse(text) : { text }
    if (path.startsWith('/api/')) check({ method, path, status, contentType, body: text === '' ? undefined : body })
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
