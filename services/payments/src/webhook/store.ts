import { createBatcher } from '@fairpass/sdk/batcher'
import { MalformedJsonError, NotFoundError, RequestValidationError } from '@fairpass/sdk/errors'
import { parse } from '@fairpass/sdk/http'
import { type Backoff, type Lease, leaseFrom, takenLease } from '@fairpass/sdk/lease'
import { isAllDuplicateKeys, isDuplicateKey, type Order, openWorkQueue, readPage } from '@fairpass/sdk/mongo'
import { inSpan, type Log } from '@fairpass/sdk/telemetry'
import type { Collection, Db } from 'mongodb'
import type Stripe from 'stripe'
import * as v from 'valibot'
import type { About as AboutWhom, Apply } from './apply.ts'
import { isActedOn } from './event-types.ts'

/** What is kept of an event: whom it is about. The rest is asked of Stripe when it is applied, since it may be old news. */
type StoredWebhook = AboutWhom & {
  _id: string
  type: string
  status: 'stored' | 'applied' | 'failed'
  lease: Lease
  receivedAt: Date
  appliedAt?: Date
  failure?: string
}

type Deps = {
  stripe: Stripe
  /** one for each endpoint at Stripe: the account's own events, and those of connected accounts */
  secrets: readonly string[]
  apply: Apply['apply']
  isKnown: Apply['isKnown']
  log: Log
}

/** How old a signed event may be, in seconds: an older one may be replayed by somebody else. */
const toleranceSeconds = 300
const latestFirst = { direction: -1, fields: { receivedAt: 'date', _id: 'string' } } as const satisfies Order
const batch = 20
const maxAttempts = 20
const backoff: Backoff = { firstMs: 1_000, longestMs: 10 * 60_000 }
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

/** Whoever receives an event is the first to try it. */
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
    lease: takenLease(leaseFrom(now), backoff, now),
    receivedAt: now,
  }
}

const toShown = ({ _id, type, status, lease, receivedAt, failure, paymentId, intentId }: StoredWebhook) => ({
  id: _id,
  type,
  status,
  attempts: lease.attempts,
  receivedAt: receivedAt.toISOString(),
  nextAttemptAt: status === 'stored' ? lease.nextAttemptAt.toISOString() : null,
  failure: failure ?? null,
  paymentId: paymentId ?? null,
  intentId: intentId ?? null,
})

const applied = () => ({ status: 'applied', appliedAt: new Date() }) as const

/** Stores what tells nothing new, together with what else comes within a moment. One that is stored already stays as it is. */
const createStoringApplied = (events: Collection<StoredWebhook>) =>
  createBatcher(async (webhooks: readonly StoredWebhook[]) => {
    const all = webhooks.map((webhook) => ({ ...webhook, ...applied() }))
    // Nothing is lost with them in a crash, so nobody waits for the journal.
    const options = { ordered: false, writeConcern: { w: 1, journal: false } } as const
    await events.insertMany(all, options).catch((error: unknown) => {
      if (!isAllDuplicateKeys(error)) throw error
    })
  })

/** Stripe's webhooks: stored first, answered, then applied; each once, in any order. */
export const openWebhooks = (db: Db, { stripe, secrets, apply, isKnown, log }: Deps) => {
  const events = db.collection<StoredWebhook>('webhookEvents')
  const queue = openWorkQueue(events, { unfinished: { status: 'stored' }, backoff })

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

  const storeApplied = createStoringApplied(events)

  const applyClaimed = async (webhook: StoredWebhook): Promise<void> => {
    const { _id, type, lease } = webhook
    const { attempts } = lease
    const line = { stripeEvent: _id, type, attempts }
    try {
      await apply(webhook)
      await events.updateOne({ _id }, { $set: applied(), $unset: { failure: '' } })
    } catch (error) {
      const status = attempts >= maxAttempts ? 'failed' : 'stored'
      // Tried again meanwhile, by somebody who was quicker: what came of that stands.
      const same = { _id, status: 'stored', 'lease.attempts': attempts } as const
      await events.updateOne(same, { $set: { status, failure: String(error) } })
      if (status === 'failed') log.error({ err: error, ...line }, 'webhook given up')
      else log.warn({ err: error, ...line }, 'webhook not applied; trying again later')
    }
  }

  return {
    ensureIndexes: () =>
      events.createIndexes([
        queue.index,
        { key: { status: 1, receivedAt: -1, _id: -1 }, name: 'latest' },
        { key: { appliedAt: 1 }, name: 'kept', expireAfterSeconds: keptSeconds },
      ]),

    /**
     * Stores a webhook and applies it; the loop tries again if that fails. One that tells what is known already is stored as
     * applied, and one of a type that is not acted on is not stored.
     * @throws RequestValidationError when Stripe did not sign it, or too long ago
     */
    receive: async (body: string, signature: string): Promise<void> => {
      const event = await verified(body, signature)
      if (!isActedOn(event.type)) return
      const webhook = toStoredWebhook(event, new Date())
      if (await isKnown(webhook)) return storeApplied(webhook)
      try {
        await events.insertOne(webhook)
      } catch (error) {
        if (isDuplicateKey(error)) return
        throw error
      }
      void applyClaimed(webhook).catch(() => {})
    },

    applyDue: async (): Promise<void> => {
      for (const due of await queue.due(new Date(), batch)) {
        const webhook = await queue.claim(due)
        if (webhook) await inSpan('apply webhook', { isRoot: true }, () => applyClaimed(webhook))
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
      const again = { status: 'stored', lease: leaseFrom(new Date()) } as const
      await events.updateOne({ _id: id, status: 'failed' }, { $set: again })
      const due = await events.findOne({ _id: id, status: 'stored', 'lease.nextAttemptAt': { $lte: new Date() } })
      const claimed = due && (await queue.claim(due))
      if (claimed) await applyClaimed(claimed)
      const webhook = await events.findOne({ _id: id })
      if (!webhook) throw new NotFoundError('There is no such event')
      return toShown(webhook)
    },
  }
}

export type Webhooks = ReturnType<typeof openWebhooks>
