import { newId } from '@fairpass/sdk/mongo'
import * as v from 'valibot'
import { eventually } from '../../eventually.ts'
import type { World } from '../../faults/world.ts'
import { createVisitor, type Visitor } from '../../visitor.ts'

/** What was promised to people with accounts, to be looked up at the end. */
export type Promised = { sold: { orderId: string; buyer: string }[]; banned: { ticketId: string }[] }

const password = 'a long enough password'
const patientForMs = 90_000

/** Asks until there is an answer other than trouble. */
const patiently = (ask: () => ReturnType<Visitor['get']>) =>
  eventually(ask, ({ status }) => status < 500 && status !== 429, patientForMs)

const listing = {
  title: 'An evening',
  venue: 'State Opera',
  city: 'Vienna',
  startsAt: '2035-06-01T19:30:00Z',
  priceCents: 4_500,
  currency: 'eur',
  delivery: 'transfer',
}
const newKey = () => ({ 'idempotency-key': newId() })

const signUp = async (origin: string) => {
  const email = `${newId()}@fairpass.example`
  const person = createVisitor(origin)
  const { status, body } = await patiently(() => person.post('/api/users/signup', { email, password }))
  // The account may be there although its answer was lost.
  if (status !== 201) await patiently(() => person.post('/api/users/signin', { email, password }))
  const me = await patiently(() => person.get('/api/users/currentuser'))
  const { id = body.id } = v.parse(v.nullable(v.object({ id: v.string() })), me.body.currentUser) ?? {}
  return { ...person, email, id }
}

const list = async (seller: Visitor): Promise<string> => {
  const key = newKey()
  return String((await patiently(() => seller.post('/api/tickets', listing, key))).body.id)
}

/** Accounts, with mails, hand-overs and bans; a round at a time until it is over. */
export const openPeople = ({ origin, asAdmin }: Pick<World, 'origin' | 'asAdmin'>) => {
  const promised: Promised = { sold: [], banned: [] }

  const sell = async () => {
    const [seller, buyer] = [await signUp(origin), await signUp(origin)]
    const ticketId = await list(seller)
    const order = await patiently(() => buyer.buy(ticketId))
    if (order.status > 201) return
    const [orderId, key] = [String(order.body.id), newKey()]
    const paid = await patiently(() => buyer.pay(orderId, 'pm_card_visa', key))
    if (paid.status !== 201) return
    promised.sold.push({ orderId, buyer: buyer.email })
    await patiently(() => seller.post(`/api/orders/${orderId}/sent`))
    await patiently(() => buyer.post(`/api/orders/${orderId}/received`))
  }

  const ban = async () => {
    const seller = await signUp(origin)
    const ticketId = await list(seller)
    if (!seller.id) return
    const banned = await patiently(async () => (await asAdmin()).post(`/api/users/${seller.id}/ban`))
    if (banned.status === 204) promised.banned.push({ ticketId })
  }

  return {
    promised,
    goOn: async (isOver: () => boolean) => {
      for (let round = 1; !isOver(); round++) await (round % 4 === 0 ? ban() : sell())
    },
  }
}

const confirmations = (mails: { subject: string; headers: Record<string, string> }[]) =>
  new Set(mails.map(({ headers }) => headers['message-id'])).size

/** What people were promised and did not get, in sentences. */
export const brokenPromises = async (world: World, { sold, banned }: Promised): Promise<Record<string, string[]>> => {
  const [orders, tickets] = [await world.database('orders'), await world.database('tickets')]
  try {
    const kept = await orders.db
      .collection<{ _id: string; status: string; handover?: { status: string } }>('orders')
      .find({ _id: { $in: sold.map(({ orderId }) => orderId) } })
      .toArray()
    const open = await tickets.db
      .collection<{ _id: string; status: string }>('tickets')
      .find({ _id: { $in: banned.map(({ ticketId }) => ticketId) }, status: { $ne: 'withdrawn' } })
      .toArray()
    const unmailed: string[] = []
    for (const { buyer } of sold) {
      const mails = await world.mailsTo(buyer, () => true)
      // One that confirms the address, and one for the purchase.
      if (confirmations(mails) < 2) unmailed.push(`${buyer} got ${confirmations(mails)} mails`)
      const subjects = Map.groupBy(mails, ({ subject }) => subject)
      for (const [subject, same] of subjects)
        if (confirmations(same) > 1) unmailed.push(`${buyer} got "${subject}" under ${confirmations(same)} ids`)
    }
    return {
      'whoever paid has a completed order': kept
        .filter(({ status }) => status !== 'completed')
        .map(({ _id, status }) => `order ${_id} is ${status}`),
      'what was handed over is known to be': kept
        .filter(({ handover }) => handover?.status !== 'received')
        .map(({ _id, handover }) => `order ${_id}: ${handover?.status}`),
      'what a banned seller offers is withdrawn': open.map(({ _id, status }) => `ticket ${_id} is ${status}`),
      'each mail that is owed arrives, under one Message-ID': unmailed,
    }
  } finally {
    await Promise.all([orders.close(), tickets.close()])
  }
}
