import { createHmac } from 'node:crypto'
import type { Storage } from '../storage.ts'
import type { Events } from './events.ts'

/** The header that `stripe.webhooks.constructEventAsync` verifies: https://docs.stripe.com/webhooks#verify-manually */
const signatureHeader = (payload: string, secret: string, nowMs: number): string => {
  const timestamp = Math.floor(nowMs / 1000)
  const signature = createHmac('sha256', secret).update(`${timestamp}.${payload}`).digest('hex')
  return `t=${timestamp},v1=${signature}`
}

const maxAtOnce = 8
const maxAttempts = 20
const answerWithinMs = 10_000
const maxPauseMs = 30_000
const maxWaitMs = 1_000

type Delivery = {
  position: number
  event: string
  attempts: number
  forged: number
}

// One lane is one payment: its events arrive in the order in which they happened, each after the one before was
// accepted or given up. A held delivery stands beside the lane until something later has arrived.
const nextDeliveries = `
  SELECT position, event, attempts, forged FROM deliveries AS d WHERE state = 'pending' AND (
    (held = 0 AND due_ms <= $now AND NOT EXISTS (
      SELECT 1 FROM deliveries AS e
      WHERE e.lane = d.lane AND e.state = 'pending' AND e.held = 0 AND e.position < d.position))
    OR (held = 1 AND (due_ms <= $now OR EXISTS (
      SELECT 1 FROM deliveries AS l WHERE l.lane = d.lane AND l.state = 'delivered' AND l.position > d.position)))
  ) ORDER BY position LIMIT $limit`

export type WebhooksDeps = {
  storage: Storage
  events: Events
  url: string | undefined
  secret: string
  now: () => number
  /** The first pause before a delivery is tried again; it doubles up to half a minute. */
  firstPauseMs?: number
}

/** Delivers what is queued in the data file, so that a restart goes on where the process ended. */
export const createWebhooks = ({ storage, events, url, secret, now, firstPauseMs = 200 }: WebhooksDeps) => {
  const { database } = storage
  const underWay = new Map<number, Promise<void>>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false

  const post = async (payload: string, signature: string): Promise<number> => {
    if (!url) return 0
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature },
        body: payload,
        redirect: 'manual',
        signal: AbortSignal.timeout(answerWithinMs),
      })
      await answer.body?.cancel()
      return answer.status
    } catch {
      return 0
    }
  }

  const settle = ({ position, attempts }: Delivery, status: number) => {
    const tried = attempts + 1
    const accepted = status >= 200 && status < 300
    const state = accepted ? 'delivered' : tried >= maxAttempts ? 'failed' : 'pending'
    const pauseMs = Math.min(firstPauseMs * 2 ** attempts, maxPauseMs)
    database
      .query('UPDATE deliveries SET state = ?, attempts = ?, last_status = ?, due_ms = ?, held = 0 WHERE position = ?')
      .run(state, tried, status, now() + pauseMs, position)
  }

  const deliver = async (delivery: Delivery) => {
    const event = storage.find('event', delivery.event)
    if (!event) return settle({ ...delivery, attempts: maxAttempts }, 0)
    const payload = JSON.stringify(events.shown(event))
    if (delivery.forged) {
      // The forgery is somebody else's: whatever the answer, Stripe's own delivery follows.
      const status = await post(payload, signatureHeader(payload, `${secret}_forged`, now()))
      if (stopped) return
      database
        .query('UPDATE deliveries SET forged = 0, forged_status = ? WHERE position = ?')
        .run(status, delivery.position)
      return
    }
    const status = await post(payload, signatureHeader(payload, secret, now()))
    // After a stop the file may be closed: the delivery stays queued and is repeated, as at Stripe.
    if (!stopped) settle(delivery, status)
  }

  const untilDueMs = (): number | undefined => {
    const row = database
      .query<{ due: number | null }, [number]>(
        "SELECT MIN(due_ms) AS due FROM deliveries WHERE state = 'pending' AND due_ms > ?",
      )
      .get(now())
    return row?.due == null ? undefined : Math.min(Math.max(row.due - now(), 1), maxWaitMs)
  }

  const wake = () => {
    if (stopped || !url) return
    clearTimeout(timer)
    const next = database
      .query<Delivery, { now: number; limit: number }>(nextDeliveries)
      .all({ now: now(), limit: maxAtOnce + underWay.size })
    for (const delivery of next) {
      if (underWay.size >= maxAtOnce || underWay.has(delivery.position)) continue
      const done = deliver(delivery).finally(() => {
        underWay.delete(delivery.position)
        wake()
      })
      underWay.set(delivery.position, done)
    }
    // Whatever is under way wakes again; the timer is for what waits for its time.
    const waitMs = underWay.size < maxAtOnce ? untilDueMs() : undefined
    if (waitMs !== undefined) timer = setTimeout(wake, waitMs)
  }

  const summary = () => {
    const counted = database
      .query<{ state: string; count: number }, []>('SELECT state, COUNT(*) AS count FROM deliveries GROUP BY state')
      .all()
    const count = (state: string) => counted.find((each) => each.state === state)?.count ?? 0
    const forged = database
      .query<{ accepted: number }, []>(
        'SELECT COUNT(*) AS accepted FROM deliveries WHERE forged_status BETWEEN 200 AND 299',
      )
      .get()
    return {
      pending: count('pending'),
      delivered: count('delivered'),
      lost: count('lost'),
      failed: count('failed'),
      forgedAccepted: forged?.accepted ?? 0,
    }
  }

  return {
    wake,
    summary,
    stop: async () => {
      clearTimeout(timer)
      stopped = true
      await Promise.race([Promise.all(underWay.values()), Bun.sleep(maxWaitMs)])
    },
  }
}

export type Webhooks = ReturnType<typeof createWebhooks>
