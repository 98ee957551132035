import { createHmac } from 'node:crypto'
import type { Storage } from '../storage.ts'
import { createDeliveryQueue, type Delivery } from './delivery-queue.ts'
import type { Events } from './events.ts'

/** The header that `stripe.webhooks.constructEventAsync` verifies: https://docs.stripe.com/webhooks#verify-manually */
const signatureHeader = (payload: string, secret: string, nowMs: number): string => {
  const timestamp = Math.floor(nowMs / 1000)
  const signature = createHmac('sha256', secret).update(`${timestamp}.${payload}`).digest('hex')
  return `t=${timestamp},v1=${signature}`
}

const maxAtOnce = 8
const answerWithinMs = 10_000
const maxWaitMs = 1_000

/** @returns the status, or 0 where nothing answered */
const post = async (url: string, payload: string, signature: string): Promise<number> => {
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

export type WebhooksDeps = {
  storage: Storage
  events: Events
  url: string | undefined
  secret: string
  now: () => number
  /** The first pause before a delivery is tried again; it doubles up to half a minute. */
  firstPauseMs?: number
}

/** Delivers what is queued, several at once. */
export const createWebhooks = ({ storage, events, url, secret, now, firstPauseMs = 200 }: WebhooksDeps) => {
  const queue = createDeliveryQueue({ database: storage.database, now, firstPauseMs })
  const underWay = new Map<number, Promise<void>>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false

  const deliver = async (target: string, delivery: Delivery) => {
    const event = storage.find('event', delivery.event)
    if (!event) return queue.drop(delivery)
    const payload = JSON.stringify(events.shown(event))
    const key = delivery.forged ? `${secret}_forged` : secret
    const status = await post(target, payload, signatureHeader(payload, key, now()))
    // After a stop the file may be closed: the delivery stays queued and is repeated, as at Stripe.
    if (stopped) return
    // A forgery is somebody else's: however it is answered, Stripe's own delivery follows.
    if (delivery.forged) queue.noteForged(delivery, status)
    else queue.settle(delivery, status)
  }

  const wake = () => {
    if (stopped || !url) return
    clearTimeout(timer)
    for (const delivery of queue.next(maxAtOnce + underWay.size)) {
      if (underWay.size >= maxAtOnce || underWay.has(delivery.position)) continue
      const done = deliver(url, delivery).finally(() => {
        underWay.delete(delivery.position)
        wake()
      })
      underWay.set(delivery.position, done)
    }
    // Whatever is under way wakes again; the timer is for what waits for its time.
    const waitMs = underWay.size < maxAtOnce ? queue.untilDueMs() : undefined
    if (waitMs !== undefined) timer = setTimeout(wake, Math.min(waitMs, maxWaitMs))
  }

  return {
    wake,
    summary: queue.summary,
    stop: async () => {
      clearTimeout(timer)
      stopped = true
      await Promise.race([Promise.all(underWay.values()), Bun.sleep(maxWaitMs)])
    },
  }
}

export type Webhooks = ReturnType<typeof createWebhooks>
