import { mock } from 'bun:test'
import type { OrderData } from '@fairpass/sdk/events'
import { openSuspensions } from '@fairpass/sdk/identity'
import { newId } from '@fairpass/sdk/mongo'
import type { Db } from 'mongodb'
import { createFencedChange } from '../../fenced-change.ts'
import { createResales } from '../../resale/resale.ts'
import { openTickets } from '../../store.ts'
import type { Symbology } from '../barcode.ts'
import { createFiles } from '../files.ts'
import { createReader } from '../reader/reader.ts'
import { createSeal } from '../seal.ts'
import { type ObjectStore, openFileStore } from '../store.ts'
import { ticketsPdf } from './corpus.ts'

// One for all files of tests that run in this process; it keeps none from ending.
const reader = createReader()

export const startsAt = new Date('2035-06-01T19:30:00Z')
let made = 0

/** A start of the service on a database, with its keys and its object store. */
export const startService = async (db: Db, keys: { current: string; previous?: string }, objects?: ObjectStore) => {
  const tickets = openTickets(db, async () => new Map())
  const suspensions = openSuspensions(db)
  const change = createFencedChange({ tickets, orders: { fence: async () => 'free' } })
  const store = openFileStore(db, objects)
  const seal = createSeal(keys)
  const onRotated = mock(() => {})
  const files = createFiles({ db, tickets, store, seal, reader, change, suspensions, keptDays: 30, onRotated })
  const resales = createResales({ db, tickets, files, suspensions, priceCapPercent: undefined })
  await Promise.all([tickets.ensureIndexes(), store.ensureIndexes()])
  await files.assertKeysKnown()

  const list = async (sellerId = newId()) =>
    tickets.create({
      ...{ id: newId(), sellerId, title: 'Opera', venue: 'Hall', city: 'Graz', startsAt, priceCents: 5_000 },
      ...{ currency: 'eur', delivery: 'file', status: 'available', createdAt: new Date() },
    })
  const upload = ({ id, sellerId }: { id: string; sellerId: string }, bytes: Uint8Array, withoutBarcode = false) =>
    files.upload({ ticketId: id, sellerId, bytes, type: 'application/pdf', withoutBarcode })
  const codeOf = async (ticketId: string) => {
    const { barcode } = await files.open(ticketId, { userId: newId(), at: new Date() })
    return Buffer.from(barcode?.bytes ?? []).toString()
  }
  const sell = (ticketId: string) => tickets.change(ticketId, (ticket) => ({ ...ticket, status: 'sold' }))
  return { tickets, files, resales, store, list, upload, codeOf, sell, onRotated }
}

export const newCode = () => `FILES-${process.pid}-${Date.now()}-${made++}`
export const pdfOf = (symbology: Symbology, text: string) => ticketsPdf([{ symbology, text }])
export const newTicket = async () => {
  const code = newCode()
  return { code, pdf: await pdfOf('qr', code) }
}

export const orderOf = (ticket: { id: string; sellerId: string }, change: Partial<OrderData> = {}): OrderData => ({
  ...{ id: newId(), version: 3, status: 'completed', ticketId: ticket.id, buyerId: newId(), sellerId: ticket.sellerId },
  ...{ totalCents: 5_000, currency: 'eur', createdAt: '2030-01-01T00:00:00Z', expiresAt: '2030-01-01T00:15:00Z' },
  handover: { kind: 'file', status: 'sent' },
  ...change,
})

export const first = 'the first secret of the tests'
