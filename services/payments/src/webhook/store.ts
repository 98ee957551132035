import { MalformedJsonError, NotFoundError, RequestValidationError } from '@fairpass/sdk/errors'
import { parse } from '@fairpass/sdk/http'
import { isDuplicateKey, type Order, readPage } from '@fairpass/sdk/mongo'
import { inSpan, type Log } from '@fairpass/sdk/telemetry'
import type { Db } from 'mongodb'
import type Stripe from 'stripe'
import * as v from 'valibot'
import type { About as AboutWhom, Apply } from './apply.ts'

/** What is kept of an event: whom it is about. The rest is asked of Stripe when it is applied, since it may be old news. */
type StoredWebhook = AboutWhom & {
  _id: string
  type: string
  status: 'stored' | 'applied' | 'failed'
  attempts: number
  dueAt: Date
  receivedAt: Date
  appliedAt?: Date
  failure?: string
}

type Deps = {
  stripe: Stripe
  /** one for each endpoint at Stripe: the account's own events, and those of connected accounts */
  secrets: readonly string[]
  apply: Apply
  log: Log
}

/** How old a signed event may be, in seconds: an older one may be replayed by somebody else. */
const toleranceSeconds = 300
const latestFirst = { direction: -1, fields: { receivedAt: 'date', _id: 'string' } } as const satisfies Order
const batch = 20
const maxAttempts = 20
const firstPauseMs = 1_000
const longestPauseMs = 10 * 60_000
const keptSeconds = 90 * 24 * 3600

/** A field of another kind of event may look otherwise; what it is about is then not for us, and it is stored all the same. */
const orNothing = <S extends v.GenericSchema>(schema: S) => v.fallback(v.optional(schema), undefined)
const About = v.object({
  id: orNothing(v.string()),
  object: orNothing(v.string()),
  payment_intent: orNothing(v.string()),
  metadata: orNothing(v.object({ paymentId: orNothing(v.string()) })),
})
/** A thin event names what it is about, and shows nothing of it: https://docs.stripe.com/event-destinations#thin-events */
const Event = v.object({
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  type: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  data: orNothing(v.object({ object: About })),
  related_object: orNothing(v.object({ id: v.string(), type: v.string() })),
})
type Event = v.InferOutput<typeof Event>

const toStoredWebhook = ({ id, type, data, related_object: related }: Event, now: Date): StoredWebhook => {
  const about = data?.object ?? { id: related?.id, object: related?.type.replace(/^v2\.core\./, '') }
  const idOf = (object: string) => (about.object === object ? about.id : undefined)
  const intentId = idOf('payment_intent') ?? about.payment_intent
  const paymentId = about.metadata?.paymentId
  const [disputeId, accountId] = [idOf('dispute'), idOf('account')]
  return {
    _id: id,
    type,
    ...(intentId ? { intentId } : {}),
    ...(paymentId ? { paymentId } : {}),
    ...(disputeId ? { disputeId } : {}),
    ...(accountId ? { accountId } : {}),
    status: 'stored',
    attempts: 0,
    dueAt: now,
    receivedAt: now,
  }
}

const toShown = ({ _id, type, status, attempts, receivedAt, dueAt, failure, paymentId, intentId }: StoredWebhook) => ({
  id: _id,
  type,
  status,
  attempts,
  receivedAt: receivedAt.toISOString(),
  dueAt: status === 'stored' ? dueAt.toISOString() : null,
  failure: failure ?? null,
  paymentId: paymentId ?? null,
  intentId: intentId ?? null,
})

/** Stripe's webhooks: stored first, answered, then applied; each once, in any order. */
export const openWebhooks = (db: Db, { stripe, secrets, apply, log }: Deps) => {
  const events = db.collection<StoredWebhook>('webhookEvents')

  const refusedSignature = (why: string) => new RequestValidationError([{ msg: why, param: 'stripe-signature' }])

  /** Without a secret nobody can be told from Stripe. */
  const verify = async (body: string, signature: string): Promise<void> => {
    const checker = stripe.webhooks.signature
    if (!checker || secrets.length === 0) throw refusedSignature('cannot be checked')
    for (const secret of secrets) {
      try {
        await checker.verifyHeaderAsync(body, signature, secret, toleranceSeconds)
        return
      } catch (error) {
        if (!(error instanceof stripe.errors.StripeSignatureVerificationError)) throw error
      }
    }
    throw refusedSignature('is not valid')
  }

  const verified = async (body: string, signature: string): Promise<Event> => {
    await verify(body, signature)
    try {
      return parse(Event, JSON.parse(body))
    } catch (error) {
      if (error instanceof SyntaxError) throw new MalformedJsonError()
      throw error
    }
  }

  /** Takes one event that is due, for as long as its next pause: after a crash somebody takes it again. */
  const take = async (id?: string): Promise<StoredWebhook | null> => {
    const now = new Date()
    const found = await events.findOne({ ...(id ? { _id: id } : {}), status: 'stored', dueAt: { $lte: now } })
    if (!found) return null
    const pauseMs = Math.min(firstPauseMs * 2 ** found.attempts, longestPauseMs)
    return events.findOneAndUpdate(
      { _id: found._id, status: 'stored', attempts: found.attempts },
      { $inc: { attempts: 1 }, $set: { dueAt: new Date(now.getTime() + pauseMs) } },
      { returnDocument: 'after' },
    )
  }

  const applyTaken = async (heard: StoredWebhook): Promise<void> => {
    const line = { stripeEvent: heard._id, type: heard.type, attempts: heard.attempts }
    try {
      await apply(heard)
      await events.updateOne(
        { _id: heard._id },
        { $set: { status: 'applied', appliedAt: new Date() }, $unset: { failure: '' } },
      )
    } catch (error) {
      const status = heard.attempts >= maxAttempts ? 'failed' : 'stored'
      // Taken again meanwhile, by somebody who was quicker: what came of that stands.
      const same = { _id: heard._id, status: 'stored', attempts: heard.attempts } as const
      await events.updateOne(same, { $set: { status, failure: String(error) } })
      if (status === 'failed') log.error({ err: error, ...line }, 'webhook given up')
      else log.warn({ err: error, ...line }, 'webhook not applied; trying again later')
    }
  }

  const applyNow = async (id: string) => {
    const heard = await take(id)
    if (heard) await applyTaken(heard)
  }

  return {
    ensureIndexes: () =>
      events.createIndexes([
        { key: { dueAt: 1 }, name: 'due', partialFilterExpression: { status: 'stored' } },
        { key: { status: 1, receivedAt: -1, _id: -1 }, name: 'latest' },
        { key: { appliedAt: 1 }, name: 'kept', expireAfterSeconds: keptSeconds },
      ]),

    /**
     * Stores a webhook; it is applied right after, and again by the loop if that fails.
     * @throws RequestValidationError when Stripe did not sign it, or too long ago
     */
    receive: async (body: string, signature: string): Promise<void> => {
      const heard = toStoredWebhook(await verified(body, signature), new Date())
      try {
        await events.insertOne(heard)
      } catch (error) {
        if (isDuplicateKey(error)) return
        throw error
      }
      void applyNow(heard._id).catch(() => {})
    },

    applyDue: async (): Promise<void> => {
      for (let taken = 0; taken < batch; taken++) {
        const heard = await take()
        if (!heard) return
        await inSpan('apply webhook', { isRoot: true }, () => applyTaken(heard))
      }
    },

    find: (id: string) => events.findOne({ _id: id }),

    /** Events that are given up, counted up to a thousand. */
    countFailed: () => events.countDocuments({ status: 'failed' }, { limit: 1_000, maxTimeMS: 1_000 }),

    /** Events that are given up, or wait for their next try, the latest first. */
    page: async (status: 'stored' | 'failed', limit: number, cursor?: string) => {
      const { rows, nextCursor } = await readPage(events, { filter: { status }, order: latestFirst, limit, cursor })
      return { events: rows.map(toShown), nextCursor }
    },

    /**
     * Tries an event again that was given up, with all its tries before it; one that was applied stays so.
     * @throws NotFoundError
     */
    retry: async (id: string) => {
      await events.updateOne(
        { _id: id, status: 'failed' },
        { $set: { status: 'stored', attempts: 0, dueAt: new Date() } },
      )
      await applyNow(id)
      const heard = await events.findOne({ _id: id })
      if (!heard) throw new NotFoundError('There is no such event')
      return toShown(heard)
    },
  }
}

export type Webhooks = ReturnType<typeof openWebhooks>
