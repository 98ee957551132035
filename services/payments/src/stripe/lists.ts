import type Stripe from 'stripe'

type HeldIntent = { intentId: string; paymentId: string | undefined }
export type CreatedIntent = HeldIntent & { status: Stripe.PaymentIntent.Status }
/** `at` is by Stripe's clock. */
type Capture = { intentId: string; paymentId: string; at: Date }

/** What Stripe knows of many payments; where a list has pages, `after` is the `next` of the page before. */
export type StripeLists = {
  /** The intents that money was given back of since a moment, up to `manyRefunds`. */
  refundedSince: (since: Date) => Promise<string[]>
  /** What cards have held since before a moment without being captured, as far as one page of Stripe's search reaches. */
  heldBefore: (moment: Date) => Promise<HeldIntent[]>
  /**
   * A page of what was captured since `from` for payments of ours, by whomever, the latest first. Stripe lists its events for
   * thirty days: https://docs.stripe.com/api/events/list
   */
  capturedBetween: (from: Date, until?: Date, after?: string) => Promise<{ captures: Capture[]; next?: string }>
  /** A page of all intents of a time, the newest first. */
  createdBetween: (from: Date, until: Date, after?: string) => Promise<{ intents: CreatedIntent[]; next?: string }>
}

/** More are not looked through at once: their webhooks tell of most. */
const manyRefunds = 10_000
const pageSize = 100

/** What Stripe names, or shows whole when it was asked to. */
export const idOf = (named: string | { id: string } | null | undefined): string | undefined =>
  typeof named === 'string' ? named : named?.id

const toSeconds = (moment: Date) => Math.floor(moment.getTime() / 1000)

const pageAfter = (after: string | undefined) => ({
  limit: pageSize,
  ...(after === undefined ? {} : { starting_after: after }),
})

/** Where the next page of a list begins; undefined after the last one. */
const nextOf = ({ data, has_more }: Stripe.ApiList<{ id: string }>): { next?: string } => {
  const last = data.at(-1)?.id
  return has_more && last !== undefined ? { next: last } : {}
}

export const createStripeLists = ({ events, paymentIntents, refunds }: Stripe): StripeLists => ({
  refundedSince: async (since) => {
    const page = { created: { gte: toSeconds(since) }, limit: pageSize }
    const found = await refunds.list(page).autoPagingToArray({ limit: manyRefunds })
    return [...new Set(found.flatMap(({ payment_intent }) => idOf(payment_intent) ?? []))]
  },

  heldBefore: async (moment) => {
    const query = `status:'requires_capture' AND created<${toSeconds(moment)}`
    const { data } = await paymentIntents.search({ query, limit: pageSize })
    return data.map(({ id, metadata }) => ({ intentId: id, paymentId: metadata.paymentId }))
  },

  capturedBetween: async (from, until, after) => {
    const created = { gte: toSeconds(from), ...(until ? { lt: toSeconds(until) } : {}) }
    const page = await events.list({ type: 'payment_intent.succeeded', created, ...pageAfter(after) })
    const captures = page.data.flatMap((event): Capture[] => {
      if (event.type !== 'payment_intent.succeeded') return []
      const { id, metadata } = event.data.object
      const { paymentId } = metadata
      return paymentId ? [{ intentId: id, paymentId, at: new Date(event.created * 1000) }] : []
    })
    return { captures, ...nextOf(page) }
  },

  createdBetween: async (from, until, after) => {
    const created = { gte: toSeconds(from), lte: toSeconds(until) }
    const page = await paymentIntents.list({ created, ...pageAfter(after) })
    return {
      intents: page.data.map(({ id, status, metadata }) => ({ intentId: id, status, paymentId: metadata.paymentId })),
      ...nextOf(page),
    }
  },
})
