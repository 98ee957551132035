import * as v from 'valibot'
import { Id } from '../http/body.ts'
import { currentTrace } from '../telemetry/trace.ts'
import { Cents, Currency, Instant, OrderData, show, TicketData, Version } from './data.ts'

/** A buyer says that the ticket did not work. Its id is the order's. */
const ClaimData = v.object({
  id: Id,
  version: Version,
  paymentId: Id,
  ticketId: Id,
  buyerId: Id,
  sellerId: Id,
  reason: v.string(),
  /** why, when no buyer made it: what its seller had bought here was refunded to them, so nobody knows whether the ticket is good */
  cause: v.optional(v.literal('first_sale_refunded')),
  /** how it was decided; nothing while it is open */
  isRefunded: v.optional(v.boolean()),
})
const PaymentData = v.object({ id: Id, version: Version, orderId: Id, amountCents: Cents, currency: Currency })
const PayoutData = v.object({
  id: Id,
  version: Version,
  sellerId: Id,
  orderId: Id,
  amountCents: Cents,
  currency: Currency,
  /** counts how often it was sent, after it had come back */
  transferAttempt: v.number(),
})
/** The id of a dispute is Stripe's. */
const DisputeData = v.object({
  id: v.string(),
  version: Version,
  sellerId: Id,
  orderId: Id,
  amountCents: Cents,
  currency: Currency,
  status: v.picklist(['inquiry', 'open', 'won', 'lost', 'closed']),
})
/**
 * Who waited for a ticket that is free again, and has not opened its page since. Its id is the ticket's, its version
 * the order's that let it go.
 */
const WaitlistData = v.object({
  id: Id,
  version: Version,
  orderId: Id,
  userIds: v.array(Id),
  ...show,
})
/** New listings for a search that somebody saved. */
const SearchMatchData = v.object({
  id: Id,
  version: Version,
  userId: Id,
  name: v.string(),
  tickets: v.array(
    v.object({
      ...{ id: Id, title: v.string(), venue: v.string(), city: v.string(), startsAt: Instant },
      ...{ timeZone: v.optional(v.string()), priceCents: Cents, currency: Currency },
    }),
  ),
})
const UserData = v.object({ id: Id, version: Version, at: Instant })
const SessionData = v.object({ id: Id, version: Version, at: Instant })

/** The contract of every topic: its name is the event's type, in the past tense; its data carries the aggregate's version. */
const dataByType = {
  'ticket.created': TicketData,
  'ticket.updated': TicketData,
  'ticket.withdrawn': TicketData,
  'order.created': OrderData,
  'order.cancelled': OrderData,
  'order.completed': OrderData,
  'order.refunded': OrderData,
  'handover.sent': OrderData,
  /** its seller has not answered yet, and little time is left */
  'handover.due': OrderData,
  'handover.overdue': OrderData,
  'claim.opened': ClaimData,
  'claim.decided': ClaimData,
  /** Orders whose time is over before `until` are due; an older Fairpass names one order. */
  'expiration.due': v.union([
    v.object({ until: Instant, version: Version }),
    v.object({ orderId: Id, version: Version, dueAt: Instant }),
  ]),
  'payment.captured': PaymentData,
  'payment.failed': PaymentData,
  'payment.cancelled': PaymentData,
  'payment.refunded': PaymentData,
  'payout.paid': PayoutData,
  'dispute.opened': DisputeData,
  'dispute.decided': DisputeData,
  'waitlist.notified': WaitlistData,
  'search.matched': SearchMatchData,
  /** by the link of a mail, for which nobody has to sign in */
  'search.unsubscribed': v.object({ id: Id, version: Version, userId: Id }),
  'session.ended': SessionData,
  'user.banned': UserData,
  'user.unbanned': UserData,
  'user.erased': UserData,
} as const

/**
 * The schema version of each type's data that this release publishes, where it is not the first. Adding a field does
 * not raise it, since readers ignore unknown fields. Raise it with a change that the release before can still read;
 * what that one cannot read has to wait for the release after.
 */
const shapeByType: { readonly [T in keyof typeof dataByType]?: number } = { 'expiration.due': 2 }

export const shapeOf = (type: EventType): number => shapeByType[type] ?? 1

/** An event of a version that is two or more ahead of this one: it waits as a dead letter until this service is upgraded. */
export class NewerEventError extends Error {
  override readonly name = 'NewerEventError'
  constructor(type: EventType, shape: number) {
    super(
      `${type} has shape ${shape}, and this version of the service reads up to ${shapeOf(type) + 1}; upgrade it, then replay`,
    )
  }
}

type DataByType = { [T in keyof typeof dataByType]: v.InferOutput<(typeof dataByType)[T]> }
export type EventType = keyof DataByType
export type FairpassEvent<T extends EventType = EventType> = {
  [K in T]: { id: string; type: K; time: string; data: DataByType[K]; traceparent?: string }
}[T]

/** A new event, ready for an outbox; its handlers run within the trace in which it happened. */
export const event = <T extends EventType>(type: T, data: DataByType[T], now = new Date()) => {
  const { traceparent } = currentTrace() ?? {}
  return {
    id: crypto.randomUUID(),
    type,
    time: now.toISOString(),
    data,
    ...(traceparent === undefined ? {} : { traceparent }),
  } as FairpassEvent<T>
}

export const isEventType = (type: string): type is EventType => Object.hasOwn(dataByType, type)

const schemaOf = (type: EventType, shape = shapeOf(type)) => `urn:fairpass:${type}:${shape}`

/** The CloudEvents attribute `dataschema`, by which an event names the schema version of its data. */
export const dataSchemaOf = (type: EventType): string => schemaOf(type)

/** Earlier releases sent none and used the first version, or one that is recognised by its fields. */
const shapeIn = (type: EventType, dataschema: string | undefined): number => {
  const prefix = schemaOf(type, 0).slice(0, -1)
  const shape = dataschema?.startsWith(prefix) ? Number(dataschema.slice(prefix.length)) : 1
  return Number.isInteger(shape) ? shape : 1
}

const Envelope = v.object({
  id: v.string(),
  time: v.optional(Instant),
  dataschema: v.optional(v.string()),
  data: v.unknown(),
})

/**
 * Parses what the sidecar delivers for a topic, also from a version before or after this one: fields that are not known here
 * are ignored.
 * @throws v.ValiError when the event breaks its contract; NewerEventError when it is of a version too far ahead
 */
export const parseEvent = <T extends EventType>(type: T, delivered: unknown): FairpassEvent<T> => {
  const { id, time = new Date().toISOString(), dataschema, data } = v.parse(Envelope, delivered)
  const shape = shapeIn(type, dataschema)
  if (shape > shapeOf(type) + 1) throw new NewerEventError(type, shape)
  return { id, type, time, data: v.parse(dataByType[type], data) } as FairpassEvent<T>
}
