import { createHmac } from 'node:crypto'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Db } from 'mongodb'
import { RequestValidationError } from '../errors.ts'
import type { IdentityEnv } from '../identity/identity.ts'
import { idAt } from '../mongo/entity.ts'
import { seal, unseal } from '../seal.ts'
import { readBytes } from './body.ts'
import { withOpenApi } from './describe-route.ts'
import { openIdempotencyStore } from './idempotency-store.ts'

type Answer = { status: number; headers: [string, string][]; body: string }

const digest = (secret: string, ...parts: (string | Uint8Array)[]) => {
  const hash = createHmac('sha256', secret)
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  return hash.digest()
}

/**
 * Refusals that pass with time are not stored: another buyer's checkout ends, a limit is over, a session is renewed.
 */
const isFinal = (status: number) => status < 500 && ![401, 409, 429].includes(status)

export type IdempotencyEnv = {
  Variables: {
    idempotentId?: string
    /** distinguishes callers who are not signed in, on a route whose body does not; set before the middleware */
    caller?: string
  }
}

type Env = IdentityEnv & IdempotencyEnv

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A body as it is digested: text as versions before did, and a file as it is, since as text it would be like others. */
const textOrBytes = (bytes: Uint8Array): string | Uint8Array => {
  try {
    return utf8.decode(bytes)
  } catch {
    return bytes
  }
}

/** What a request is known by. */
const digestsOf = (c: Context<Env>, key: string, secret: string, body: Uint8Array) => {
  const scope = [key, c.var.user?.id ?? c.var.caller ?? 'anonymous', c.req.path]
  const { search } = new URL(c.req.url)
  const whole = [...scope, ...(search ? [search] : []), textOrBytes(body)]
  return {
    id: digest(secret, 'id', ...scope).toString('hex'),
    fingerprint: digest(secret, 'fingerprint', ...whole).toString('hex'),
    /** Stored answers may hold session cookies, so they are sealed with a key that only the same request yields again. */
    sealingKey: digest(secret, 'seal', ...whole),
    entity: digest(secret, 'entity', ...whole).toString('hex'),
  }
}

const replayedHeader = 'idempotency-replayed'

const replay = ({ status, headers, body }: Answer): Response =>
  new Response(status === 204 ? null : body, { status, headers: [...headers, [replayedHeader, 'true']] })

/** Whether an answer is the kept one of an earlier request: nothing was done for this one. */
export const isReplayed = ({ headers }: Response): boolean => headers.has(replayedHeader)

const answerOf = async (response: Response): Promise<Answer> => {
  const copy = response.clone()
  return { status: copy.status, headers: [...copy.headers], body: await copy.text() }
}

const description: Parameters<typeof withOpenApi>[1] = {
  parameters: [
    {
      in: 'header',
      name: 'Idempotency-Key',
      description: 'The same key, caller and body get the first answer again, for 48 hours',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    },
  ],
  refuses: ['idempotency_key_reused', 'request_validation'],
}

/**
 * `Idempotency-Key` on a POST: the same key, caller and body get the first answer again, for two days; another body is
 * refused. A failure on our side and a refusal that passes with time are not stored, so that a retry can succeed.
 * `c.var.idempotentId` is an id that a repeat of the request gets again: what is created under it is created once, even
 * when the first answer was never stored. Like every id it carries its time, that of the first request.
 * @param secret keys the digests, without which a body that holds a password could be guessed from its fingerprint
 */
export const openIdempotency = (db: Db, secret = '') => {
  const store = openIdempotencyStore(db)

  const middleware = createMiddleware<Env>(async (c, next) => {
    const key = c.req.header('idempotency-key')
    if (c.req.method !== 'POST' || key === undefined) return next()
    if (key.length < 1 || key.length > 255)
      throw new RequestValidationError([{ msg: 'must have 1 to 255 characters', param: 'Idempotency-Key' }])
    const { id, fingerprint, sealingKey, entity } = digestsOf(c, key, secret, await readBytes(c))
    const claimed = await store.claim(id, fingerprint)
    if ('answer' in claimed) return replay(JSON.parse(unseal(claimed.answer, sealingKey)))
    c.set('idempotentId', idAt(claimed.firstAt, entity))
    await store.whileLocked(id, next)
    // Something may have been created all the same, so a repeat must yield the same id.
    if (!isFinal(c.res.status)) await store.release(id)
    else await store.keep(id, seal(JSON.stringify(await answerOf(c.res)), sealingKey))
  })

  return { middleware: withOpenApi(middleware, description), ensureIndexes: store.ensureIndexes }
}
