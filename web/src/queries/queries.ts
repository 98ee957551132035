import { localTime } from '@fairpass/sdk/values'
import { query } from '@solidjs/router'
import { getRequestEvent, type RequestEvent } from 'solid-js/web'
import type * as v from 'valibot'
import type { Refusal } from '../actions/form.ts'
import { apiQuery } from '../domain/listing-query.ts'
import {
  Accounts,
  Claims,
  Coupons,
  Disputes,
  Earnings,
  HandedSales,
  Order,
  Orders,
  PaymentState,
  Payments,
  PayoutAccountStatus,
  Payouts,
  PendingApp,
  Sales,
  SavedSearches,
  Sessions,
  Settings,
  Ticket,
  Tickets,
  type User,
} from '../domain/schemas.ts'
import { Waitlist } from '../domain/waitlist.ts'
import type { Language } from '../i18n/languages.ts'
import { fillPath, type PathParams, type ResponseByPath, type SchemaFor } from './api-types.ts'
import { type Loaded, loadedFrom } from './loaded.ts'

// Pages are whole documents, so these run on the server only; the browser takes their results out of the page.
const requestEvent = (): RequestEvent => {
  const event = getRequestEvent()
  if (event === undefined) throw new Error('Pages are read on the server')
  return event
}

type Path = keyof ResponseByPath

type LoadOptions = {
  search?: string
  timeoutMs?: number
}

/** Asks for a path that some service answers, and reads what its answer holds. */
const load = async <P extends Path, S extends v.GenericSchema>(
  path: P,
  schema: SchemaFor<S, ResponseByPath[P]>,
  params: PathParams<P>,
  { search = '', timeoutMs }: LoadOptions = {},
): Promise<Loaded<v.InferOutput<S>>> => {
  const { api } = requestEvent().locals.visit
  return loadedFrom(schema, await api('GET', fillPath(path, params) + search, timeoutMs ? { timeoutMs } : {}))
}

/** What a page is about: without it the page says why. */
const loadOrFail = async <P extends Path, S extends v.GenericSchema>(
  path: P,
  schema: SchemaFor<S, ResponseByPath[P]>,
  params: PathParams<P>,
  search = '',
): Promise<Loaded<v.InferOutput<S>>> => {
  const loaded = await load(path, schema, params, { search })
  if (!loaded.ok) requestEvent().response.status = loaded.failure.status
  return loaded
}

export type Visitor = {
  user: Pick<User, 'id' | 'email' | 'role'> | null | undefined
  language: Language
  locale: string
  publicOrigin: string
  /** Public by its nature; without one, payments go to the double of Stripe. */
  stripeKey: string | undefined
  /** The platform's share of a sale, in hundredths of a percent. */
  feeBasisPoints: number
  /** How long after an event has begun its sales are paid out. */
  payoutDelaySeconds: number
  refusal: Refusal | undefined
  /** What the form that was sent has made, to be shown this once. */
  result: readonly string[] | undefined
  /** Where the form that was sent leads on somebody else's site. */
  away: string | undefined
  /** Minted for the forms of this page: what is sent twice with it counts once. */
  idempotencyKey: string
  /** The server's clock when the page was made. */
  now: string
}

export const readVisitor = query(async (): Promise<Visitor> => {
  const { visit } = requestEvent().locals
  return {
    user: visit.user,
    language: visit.language,
    locale: visit.locale,
    publicOrigin: visit.publicOrigin,
    stripeKey: visit.stripeKey,
    feeBasisPoints: visit.feeBasisPoints,
    payoutDelaySeconds: visit.payoutDelaySeconds,
    refusal: visit.refusal,
    result: visit.result,
    away: visit.away,
    idempotencyKey: crypto.randomUUID(),
    now: new Date().toISOString(),
  }
}, 'visitor')

export const readListing = query(async (search: string): Promise<Loaded<Tickets>> => {
  const { locals, response } = requestEvent()
  const asked = apiQuery(search)
  const loaded = await locals.visit.listings.read(asked, () => load('/api/tickets', Tickets, {}, { search: asked }))
  if (!loaded.ok) response.status = loaded.failure.status
  return loaded
}, 'listing')

export const readTicket = query(async (id: string) => {
  const loaded = await loadOrFail('/api/tickets/:id', Ticket, { id })
  // It was here and will not come back, which search engines should hear; people still read what became of it.
  if (loaded.ok && loaded.value.status === 'withdrawn') requestEvent().response.status = 410
  return loaded
}, 'ticket')

/** A ticket of the visitor's own, with the time that its clock shows; anybody else's is none. */
export const readOwnTicket = query(async (id: string): Promise<Loaded<{ ticket: Ticket; startsAt: string }>> => {
  const { locals, response } = requestEvent()
  const loaded = await loadOrFail('/api/tickets/:id', Ticket, { id })
  if (!loaded.ok) return loaded
  const ticket = loaded.value
  // Whoever's session ended while this form was filled in sees it again, and can save nothing before signing in.
  const isKept = locals.visit.user === null && locals.visit.refusal?.code === 'not_authenticated'
  if (ticket.sellerId === locals.visit.user?.id || isKept) {
    return { ok: true, value: { ticket, startsAt: localTime(ticket.startsAt, ticket.timeZone ?? 'UTC') } }
  }
  response.status = 404
  return { ok: false, failure: { status: 404, code: 'not_found', errors: [{ message: 'There is no such ticket' }] } }
}, 'own-ticket')

// A page is whole without these: whoever would tell them may be away.
const optionalTimeoutMs = 2000
// Payments asks Stripe.
const payoutAccountTimeoutMs = 5000

const readOptional = async <P extends Path, S extends v.GenericSchema>(
  path: P,
  schema: SchemaFor<S, ResponseByPath[P]>,
  params: PathParams<P>,
): Promise<v.InferOutput<S> | undefined> => {
  const loaded = await load(path, schema, params, { timeoutMs: optionalTimeoutMs })
  return loaded.ok ? loaded.value : undefined
}

/** The line for a ticket as the visitor sees it; undefined for strangers, and where there is none to stand in. */
export const readWaitlist = query(async (ticketId: string): Promise<Waitlist | undefined> => {
  const { user } = requestEvent().locals.visit
  return user ? readOptional('/api/orders/line/:ticketId', Waitlist, { ticketId }) : undefined
}, 'line')

/** How the payment of an order stands; undefined when payments does not say. */
export const readPayment = query(
  (orderId: string) => readOptional('/api/payments/orders/:orderId', PaymentState, { orderId }),
  'payment',
)

const cursorOf = (search: string): string => {
  const cursor = new URLSearchParams(search).get('cursor')
  return cursor ? `?cursor=${encodeURIComponent(cursor.slice(0, 500))}` : ''
}

export const readOwnTickets = query(
  (search: string) => loadOrFail('/api/tickets/mine', Tickets, {}, cursorOf(search)),
  'mine',
)

export const readOrders = query((search: string) => loadOrFail('/api/orders', Orders, {}, cursorOf(search)), 'orders')

export const readOrder = query((id: string) => loadOrFail('/api/orders/:id', Order, { id }), 'order')

export const readCoupons = query(
  (search: string) => loadOrFail('/api/coupons', Coupons, {}, cursorOf(search)),
  'coupons',
)

// One part of the account's page: without it the rest is still there.
export const readSearches = query(() => loadOrFail('/api/tickets/searches', SavedSearches, {}), 'searches')

export const readSettings = query(() => load('/api/users/settings', Settings, {}), 'settings')

/** The authenticator app that waits for its first code; undefined for most. */
export const readPendingApp = query(() => load('/api/users/totp', PendingApp, {}), 'pending app')

export const readSessions = query(() => load('/api/users/sessions', Sessions, {}), 'sessions')

export const readEarnings = query(() => loadOrFail('/api/payments/earnings', Earnings, {}), 'earnings')

// The rest of the page is there without them.
export const readSales = query(
  (search: string) => load('/api/payments/earnings/sales', Sales, {}, { search: cursorOf(search) }),
  'sales',
)

export const readPayoutAccount = query(
  () => load('/api/payments/account', PayoutAccountStatus, {}, { timeoutMs: payoutAccountTimeoutMs }),
  'standing',
)

export const readAccounts = query(
  (search: string) => loadOrFail('/api/users', Accounts, {}, cursorOf(search)),
  'accounts',
)

export const readPayments = query((search: string) => {
  const orderId = new URLSearchParams(search).get('orderId')?.trim()
  const asked = orderId ? `?orderId=${encodeURIComponent(orderId.slice(0, 100))}` : cursorOf(search)
  return loadOrFail('/api/payments', Payments, {}, asked)
}, 'payments')

/** The cursor of an address, and the status that its list is held to. */
const cursorAndStatusOf = (search: string): string => {
  const status = new URLSearchParams(search).get('status')
  const cursor = cursorOf(search)
  return status ? `${cursor || '?'}${cursor && '&'}status=${encodeURIComponent(status.slice(0, 20))}` : cursor
}

export const readPayouts = query(
  (search: string) => loadOrFail('/api/payments/payouts', Payouts, {}, cursorAndStatusOf(search)),
  'payouts',
)

export const readDisputes = query(
  (search: string) => loadOrFail('/api/payments/disputes', Disputes, {}, cursorAndStatusOf(search)),
  'disputes',
)

export const readHandedSales = query(
  (search: string) => loadOrFail('/api/orders/sales', HandedSales, {}, cursorOf(search)),
  'handed-sales',
)

export const readClaims = query(
  (search: string) => loadOrFail('/api/orders/claims', Claims, {}, cursorAndStatusOf(search)),
  'claims',
)

export const respondNotFound = (): void => {
  const event = getRequestEvent()
  if (event) event.response.status = 404
}

/** Rendering threw: the page that would come of it is thrown away, see failed-page.ts. */
export const reportRenderError = (error: unknown): void => {
  const event = getRequestEvent()
  if (event === undefined) return
  event.locals.visit.failed = true
  console.error(error)
}
