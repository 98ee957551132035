import { createHmac } from 'node:crypto'
import { createMiddleware } from 'hono/factory'
import type { Db } from 'mongodb'
import { IdempotencyKeyReusedError, RequestValidationError, ServiceUnavailableError } from '../errors.ts'
import type { IdentityEnv } from '../identity/identity.ts'
import { idAt } from '../mongo/collection.ts'
import { isDuplicateKey } from '../mongo/mongo-errors.ts'
import { pause } from '../run-periodically.ts'
import { seal, unseal } from '../seal.ts'
import { withOpenApi } from './describe-route.ts'

type Answered = { _id: string; fingerprint: string; lockedUntil: Date; at: Date; answer?: string }
type Answer = { status: number; headers: [string, string][]; body: string }

const keptSeconds = 48 * 3600
/** A request that is under way renews its lock; one that stopped renewing was lost, and may be done again. */
const lockMs = 6_000
const renewMs = 2_000
const waitMs = 15_000
const pollMs = 50
/** The lock of a request that ended without an answer to keep. */
const released = new Date(0)

const digest = (secret: string, ...parts: string[]) => {
  const hash = createHmac('sha256', secret)
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  return hash.digest()
}

/** What time can heal is asked again: somebody else's checkout ends, a limit passes, a session is renewed. */
const isFinal = (status: number) => status < 500 && ![401, 409, 429].includes(status)

export type IdempotencyEnv = {
  Variables: {
    idempotentId?: string
    /** what tells callers apart who are not signed in, on a route whose body does not; set before the middleware */
    caller?: string
  }
}

/**
 * `Idempotency-Key` on a POST: the same key, caller and body get the first answer again, for two days; another body is
 * refused. A failure on our side and a refusal that time can heal are not kept, so that trying again helps.
 * `c.var.idempotentId` is an id that a repeat of the request yields again: what is created under it is created once, even
 * when the first answer was never stored. Like every id it carries its time, that of the first request.
 * @param secret keys the digests, without which a body that holds a password could be guessed from its fingerprint
 */
export const openIdempotency = (db: Db, secret = '') => {
  const answers = db.collection<Answered>('idempotency')

  const claim = async (_id: string, fingerprint: string): Promise<{ answer: string } | { firstAt: Date }> => {
    const giveUpAt = Date.now() + waitMs
    while (Date.now() < giveUpAt) {
      const now = new Date()
      const lockedUntil = new Date(now.getTime() + lockMs)
      try {
        await answers.insertOne({ _id, fingerprint, lockedUntil, at: now })
        return { firstAt: now }
      } catch (error) {
        if (!isDuplicateKey(error)) throw error
      }
      const known = await answers.findOne({ _id })
      if (!known) continue
      const isSame = known.fingerprint === fingerprint
      const isReleased = known.lockedUntil.getTime() === released.getTime()
      // What was refused for now may be asked otherwise; what may have been done may not.
      if (!isSame && !isReleased) throw new IdempotencyKeyReusedError()
      if (known.answer) return { answer: known.answer }
      if (known.lockedUntil <= now) {
        const at = isSame ? known.at : now
        const mine = { _id, fingerprint: known.fingerprint, lockedUntil: known.lockedUntil }
        const taken = await answers.updateOne(mine, { $set: { lockedUntil, fingerprint, at } })
        if (taken.modifiedCount === 1) return { firstAt: at }
      }
      await pause(pollMs)
    }
    throw new ServiceUnavailableError(
      'The first request with this Idempotency-Key is still under way; try again in a moment',
    )
  }

  const renew = (_id: string) => answers.updateOne({ _id }, { $set: { lockedUntil: new Date(Date.now() + lockMs) } })

  const middleware = createMiddleware<IdentityEnv & IdempotencyEnv>(async (c, next) => {
    const key = c.req.header('idempotency-key')
    if (c.req.method !== 'POST' || key === undefined) return next()
    if (key.length < 1 || key.length > 255)
      throw new RequestValidationError([{ msg: 'must have 1 to 255 characters', param: 'Idempotency-Key' }])
    const text = await c.req.text()
    const scope = [key, c.var.user?.id ?? c.var.caller ?? 'anonymous', c.req.path]
    const id = digest(secret, 'id', ...scope).toString('hex')
    // Stored answers may hold session cookies, so they are sealed with a key that only the same request yields again.
    const sealingKey = digest(secret, 'seal', ...scope, text)
    const claimed = await claim(id, digest(secret, 'fingerprint', ...scope, text).toString('hex'))
    if ('answer' in claimed) {
      const { status, headers, body }: Answer = JSON.parse(unseal(claimed.answer, sealingKey))
      return new Response(status === 204 ? null : body, {
        status,
        headers: [...headers, ['idempotency-replayed', 'true']],
      })
    }
    c.set('idempotentId', idAt(claimed.firstAt, digest(secret, 'entity', ...scope, text).toString('hex')))
    const renewal = setInterval(() => void renew(id).catch(() => {}), renewMs)
    try {
      await next()
    } finally {
      clearInterval(renewal)
    }
    if (!isFinal(c.res.status)) {
      // Something may have been created all the same, so a repeat must yield the same id.
      await answers.updateOne({ _id: id }, { $set: { lockedUntil: released } })
      return
    }
    const copy = c.res.clone()
    const answer = { status: copy.status, headers: [...copy.headers], body: await copy.text() } satisfies Answer
    await answers.updateOne({ _id: id }, { $set: { answer: seal(JSON.stringify(answer), sealingKey) } })
  })

  return {
    middleware: withOpenApi(middleware, {
      parameters: [
        {
          in: 'header',
          name: 'Idempotency-Key',
          description: 'The same key, caller and body get the first answer again, for 48 hours',
          schema: { type: 'string', minLength: 1, maxLength: 255 },
        },
      ],
      refuses: ['idempotency_key_reused', 'request_validation'],
    }),
    ensureIndexes: () => answers.createIndex({ at: 1 }, { name: 'kept', expireAfterSeconds: keptSeconds }),
  }
}
