import { now as timeNow } from '@fairpass/sdk/clock'
import { NotFoundError } from '@fairpass/sdk/errors'
import { type Backoff, type Lease, leaseFrom, takenLease } from '@fairpass/sdk/lease'
import { isDuplicateKey, type Order, openWorkQueue, readPage, type WorkQueue } from '@fairpass/sdk/mongo'
import { inSpan, type Log } from '@fairpass/sdk/telemetry'
import type { Collection, Db } from 'mongodb'
import type Stripe from 'stripe'
import type { About as AboutWhom, Apply } from './apply.ts'
import { isActedOn } from './event-types.ts'
import { createVerify, type Event } from './verify.ts'

/**
 * What is stored of an event: the ids that it is about. The rest is read from Stripe when it is applied, since the event may
 * be outdated.
 */
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

const latestFirst = { direction: -1, fields: { receivedAt: 'date', _id: 'string' } } as const satisfies Order
const batch = 20
const maxAttempts = 20
const backoff: Backoff = { firstMs: 1_000, longestMs: 10 * 60_000 }
const keptSeconds = 90 * 24 * 3600

/** The process that receives an event is the first to try it. */
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

type Events = Collection<StoredWebhook>

const applied = () => ({ status: 'applied', appliedAt: timeNow() }) as const

/** Applies events that this process has claimed. */
const createApplyClaimed =
  (events: Events, { apply, log }: Pick<Deps, 'apply' | 'log'>) =>
  async (webhook: StoredWebhook): Promise<void> => {
    const { _id, type, lease } = webhook
    const { attempts } = lease
    const fields = { stripeEvent: _id, type, attempts }
    try {
      await apply(webhook)
      await events.updateOne({ _id }, { $set: applied(), $unset: { failure: '' } })
    } catch (error) {
      const status = attempts >= maxAttempts ? 'failed' : 'stored'
      // Another replica was quicker: its outcome stands.
      const same = { _id, status: 'stored', 'lease.attempts': attempts } as const
      await events.updateOne(same, { $set: { status, failure: String(error) } })
      if (status === 'failed') log.error({ err: error, ...fields }, 'webhook given up')
      else log.warn({ err: error, ...fields }, 'webhook not applied; trying again later')
    }
  }

/** What admins see of events that could not be applied, and do about them. */
const createRetries = (
  events: Events,
  queue: WorkQueue<StoredWebhook>,
  applyClaimed: (webhook: StoredWebhook) => Promise<void>,
) => ({
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
    const again = { status: 'stored', lease: leaseFrom(timeNow()) } as const
    await events.updateOne({ _id: id, status: 'failed' }, { $set: again })
    const due = await events.findOne({ _id: id, status: 'stored', 'lease.nextAttemptAt': { $lte: timeNow() } })
    const claimed = due && (await queue.claim(due))
    if (claimed) await applyClaimed(claimed)
    const webhook = await events.findOne({ _id: id })
    if (!webhook) throw new NotFoundError('There is no such event')
    return toShown(webhook)
  },
})

/** Stripe's webhooks: stored first, answered, then applied; each once, in any order. */
export const openWebhooks = (db: Db, { stripe, secrets, apply, isKnown, log }: Deps) => {
  const verify = createVerify({ stripe, secrets })
  const events = db.collection<StoredWebhook>('webhookEvents')
  const queue = openWorkQueue(events, { unfinished: { status: 'stored' }, backoff })
  const applyClaimed = createApplyClaimed(events, { apply, log })

  return {
    ...createRetries(events, queue, applyClaimed),

    ensureIndexes: () =>
      events.createIndexes([
        queue.index,
        { key: { status: 1, receivedAt: -1, _id: -1 }, name: 'latest' },
        { key: { appliedAt: 1 }, name: 'kept', expireAfterSeconds: keptSeconds },
      ]),

    /**
     * Stores a webhook and applies it; the loop tries again if that fails. One that reports what a payment shows already, as
     * that of every purchase does, is not stored, and neither is one of a type that is not acted on.
     * @throws RequestValidationError when Stripe did not sign it, or too long ago
     */
    receive: async (body: string, signature: string): Promise<void> => {
      const event = await verify(body, signature)
      if (!isActedOn(event.type)) return
      const webhook = toStoredWebhook(event, timeNow())
      if (await isKnown(webhook)) return
      try {
        await events.insertOne(webhook)
      } catch (error) {
        if (isDuplicateKey(error)) return
        throw error
      }
      void applyClaimed(webhook).catch(() => {})
    },

    applyDue: async (): Promise<void> => {
      for (const due of await queue.due(timeNow(), batch)) {
        const webhook = await queue.claim(due)
        if (webhook) await inSpan('apply webhook', { isRoot: true }, () => applyClaimed(webhook))
      }
    },

    find: (id: string) => events.findOne({ _id: id }),
  }
}

export type Webhooks = ReturnType<typeof openWebhooks>
