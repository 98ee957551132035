import { withoutDirections } from '@fairpass/sdk/values'
import * as v from 'valibot'

// What the pages read of the API's answers; whatever else is in them stays out of the page.
export const User = v.object({ id: v.string(), email: v.string(), role: v.string() })
export type User = v.InferOutput<typeof User>

export const CurrentUser = v.object({ currentUser: v.nullable(User) })

/** What other people wrote: whatever is stored, nothing in it turns the page round. */
const Written = v.pipe(v.string(), v.transform(withoutDirections))

export const Ticket = v.object({
  id: v.string(),
  sellerId: v.string(),
  title: Written,
  venue: Written,
  city: Written,
  startsAt: v.string(),
  timeZone: v.optional(v.string()),
  priceCents: v.number(),
  currency: v.string(),
  description: v.optional(Written),
  delivery: v.optional(v.picklist(['file', 'transfer'])),
  hasFile: v.optional(v.boolean()),
  withoutBarcode: v.optional(v.boolean()),
  section: v.optional(Written),
  row: v.optional(Written),
  seat: v.optional(Written),
  faceValueCents: v.optional(v.number()),
  status: v.picklist(['available', 'reserved', 'sold', 'withdrawn']),
})
export type Ticket = v.InferOutput<typeof Ticket>

/** Nobody buys a ticket for what is under way. */
export const hasBegun = ({ startsAt }: Pick<Ticket, 'startsAt'>, now: Date): boolean => new Date(startsAt) <= now

export const Tickets = v.object({ tickets: v.array(Ticket), nextCursor: v.nullish(v.string()) })
export type Tickets = v.InferOutput<typeof Tickets>

const Handover = v.object({
  kind: v.picklist(['file', 'transfer']),
  status: v.picklist(['waiting', 'sent', 'received', 'overdue']),
  deadline: v.optional(v.string()),
})
const Claim = v.object({
  status: v.picklist(['open', 'refunded', 'rejected']),
  reason: v.string(),
  at: v.string(),
  answer: v.optional(v.object({ text: v.string() })),
})

export const Order = v.object({
  id: v.string(),
  status: v.picklist(['created', 'settling', 'completed', 'cancelled', 'refunded']),
  cancelReason: v.nullish(v.string()),
  expiresAt: v.string(),
  totalCents: v.number(),
  currency: v.string(),
  createdAt: v.string(),
  sellerSuspended: v.optional(v.boolean()),
  withoutBarcode: v.optional(v.boolean()),
  handover: Handover,
  claim: v.optional(Claim),
  ticket: v.object({
    id: v.string(),
    title: Written,
    venue: Written,
    city: Written,
    startsAt: v.string(),
    timeZone: v.optional(v.string()),
  }),
})
export type Order = v.InferOutput<typeof Order>

export const Orders = v.object({ orders: v.array(Order), nextCursor: v.nullish(v.string()) })
export type Orders = v.InferOutput<typeof Orders>

const HandedSale = v.object({
  ...v.omit(Order, ['expiresAt', 'cancelReason', 'sellerSuspended']).entries,
  sentAt: v.optional(v.string()),
  receivedAt: v.optional(v.string()),
})
export type HandedSale = v.InferOutput<typeof HandedSale>
export const HandedSales = v.object({ sales: v.array(HandedSale), nextCursor: v.nullish(v.string()) })

const ClaimedOrder = v.object({ ...HandedSale.entries, sellerId: v.string() })
export type ClaimedOrder = v.InferOutput<typeof ClaimedOrder>
export const Claims = v.object({ claims: v.array(ClaimedOrder), nextCursor: v.nullish(v.string()) })

export const PaymentState = v.object({ state: v.string(), declineCode: v.optional(v.string()) })
export type PaymentState = v.InferOutput<typeof PaymentState>

const Coupon = v.object({
  code: v.string(),
  maxRedemptions: v.number(),
  redemptions: v.number(),
  expiresAt: v.nullish(v.string()),
  withdrawnAt: v.nullish(v.string()),
})
export type Coupon = v.InferOutput<typeof Coupon>
export const Coupons = v.object({ coupons: v.array(Coupon), nextCursor: v.nullish(v.string()) })

export const SavedSearches = v.object({
  searches: v.array(v.object({ id: v.string(), name: v.string(), query: v.record(v.string(), v.string()) })),
})
export type SavedSearches = v.InferOutput<typeof SavedSearches>

const Passkey = v.object({ id: v.string(), name: v.string(), createdAt: v.string(), usedAt: v.optional(v.string()) })
export type Passkey = v.InferOutput<typeof Passkey>

export const Settings = v.object({
  email: v.string(),
  isEmailConfirmed: v.boolean(),
  isEmailBounced: v.boolean(),
  newEmail: v.optional(v.string()),
  mails: v.object({ sales: v.boolean(), waitlist: v.boolean(), searches: v.boolean() }),
  hasTotp: v.boolean(),
  recoveryCodesLeft: v.number(),
  passkeys: v.array(Passkey),
})
export type Settings = v.InferOutput<typeof Settings>

export const PendingApp = v.object({ secret: v.string(), uri: v.string(), picture: v.string() })

const Session = v.object({ id: v.string(), device: v.string(), lastSeenAt: v.string(), isCurrent: v.boolean() })
export type Session = v.InferOutput<typeof Session>
export const Sessions = v.object({ sessions: v.array(Session) })

export const Earnings = v.record(
  v.string(),
  v.object({ pendingCents: v.number(), availableCents: v.number(), paidOutCents: v.number() }),
)

const payoutAccountStatus = v.picklist(['none', 'onboarding', 'ready'])
export const PayoutAccountStatus = v.object({ status: payoutAccountStatus, due: v.array(v.string()) })
export type PayoutAccountStatus = v.InferOutput<typeof PayoutAccountStatus>
/** It becomes a link and a header, so it is an address of the web and written as one. */
export const Onboarding = v.object({
  url: v.pipe(
    v.string(),
    v.url(),
    v.transform((url) => new URL(url).href),
    v.regex(/^https?:/),
  ),
})

const waitsFor = v.nullable(v.picklist(['event', 'account', 'dispute', 'review', 'balance']))
const Sale = v.object({
  paymentId: v.string(),
  ticketId: v.nullable(v.string()),
  totalCents: v.number(),
  feeCents: v.number(),
  refundedCents: v.optional(v.number(), 0),
  amountCents: v.number(),
  currency: v.string(),
  status: v.picklist(['pending', 'available', 'paid_out', 'taken_back', 'cancelled']),
  waitsFor,
  payableAt: v.string(),
  paidAt: v.nullable(v.string()),
})
export type Sale = v.InferOutput<typeof Sale>
export const Sales = v.object({ sales: v.array(Sale), nextCursor: v.nullish(v.string()) })
export type Sales = v.InferOutput<typeof Sales>

const ListedAccount = v.object({
  id: v.string(),
  email: v.string(),
  role: v.picklist(['user', 'admin']),
  status: v.picklist(['active', 'banned']),
  createdAt: v.string(),
})
export type ListedAccount = v.InferOutput<typeof ListedAccount>
export const Accounts = v.object({ users: v.array(ListedAccount), nextCursor: v.nullish(v.string()) })

const Payment = v.object({
  id: v.string(),
  orderId: v.string(),
  kind: v.picklist(['card', 'coupon']),
  status: v.picklist([
    'awaiting_method',
    'started',
    'authorised',
    'settled',
    'captured',
    'completed',
    'failing',
    'failed',
    'cancelling',
    'cancelled',
    'refunding',
    'refunded',
  ]),
  amountCents: v.number(),
  refundedCents: v.optional(v.number(), 0),
  currency: v.string(),
  failure: v.nullish(v.object({ message: v.string() })),
  refund: v.nullish(v.object({ reason: v.string() })),
  createdAt: v.string(),
})
export type Payment = v.InferOutput<typeof Payment>
export const Payments = v.object({ payments: v.array(Payment), nextCursor: v.nullish(v.string()) })

const Payout = v.object({
  id: v.string(),
  orderId: v.string(),
  sellerId: v.string(),
  amountCents: v.number(),
  currency: v.string(),
  status: v.picklist(['waiting', 'paying', 'paid', 'reversing', 'dropped']),
  waitsFor,
  payableAt: v.string(),
  failure: v.nullable(v.string()),
  updatedAt: v.string(),
})
export type Payout = v.InferOutput<typeof Payout>
export const Payouts = v.object({ payouts: v.array(Payout), nextCursor: v.nullish(v.string()) })

const Dispute = v.object({
  id: v.string(),
  orderId: v.string(),
  sellerId: v.string(),
  amountCents: v.number(),
  currency: v.string(),
  reason: v.string(),
  status: v.picklist(['inquiry', 'open', 'won', 'lost', 'closed']),
  respondBy: v.nullable(v.string()),
  openedAt: v.string(),
  closedAt: v.nullable(v.string()),
})
export type Dispute = v.InferOutput<typeof Dispute>
export const Disputes = v.object({ disputes: v.array(Dispute), nextCursor: v.nullish(v.string()) })

export const Problem = v.object({
  code: v.string(),
  errors: v.array(v.object({ message: v.string(), field: v.optional(v.string()) })),
})
