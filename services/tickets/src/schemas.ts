import { Cents, Instant, TicketData } from '@fairpass/sdk/events'
import { Id, named, pageOf } from '@fairpass/sdk/http'
import * as v from 'valibot'

// What the routes answer, for the description of the API; the end-to-end tests hold each real answer against it.
export const TicketAnswer = named(
  'Ticket',
  v.strictObject({
    ...v.omit(TicketData, ['orderId', 'resaleOf']).entries,
    description: v.optional(v.string()),
    faceValueCents: v.optional(Cents),
  }),
  {
    id: '665f1c2ab8d3c94f1e0a7b21',
    version: 1,
    sellerId: '665f1c2ab8d3c94f1e0a7b22',
    title: 'An evening at the opera',
    venue: 'State Opera',
    city: 'Vienna',
    startsAt: '2035-06-01T19:30:00.000Z',
    priceCents: 8_900,
    currency: 'eur',
    status: 'available',
  },
)

export const SavedSearchAnswer = named(
  'SavedSearch',
  v.strictObject({ id: Id, name: v.string(), query: v.record(v.string(), v.string()), createdAt: Instant }),
)
export const SavedSearchesAnswer = v.strictObject({ searches: v.array(SavedSearchAnswer) })

export const TicketsAnswer = pageOf('tickets', TicketAnswer)

/** A file was taken: the listing itself comes first, then those that were made of the other tickets in it. */
export const UploadAnswer = named(
  'Upload',
  v.strictObject({
    ticketIds: v.array(Id),
    barcodes: v.pipe(v.number(), v.integer(), v.minValue(0), v.description('How many barcodes were found')),
  }),
)

/** Where a ticket can be fetched without a session, and until when. */
export const FileLinkAnswer = named(
  'FileLink',
  v.strictObject({ url: v.pipe(v.string(), v.url()), expiresAt: Instant }),
)

export const EvidenceAnswer = named(
  'Evidence',
  v.strictObject({
    uploadedAt: Instant,
    barcodes: v.pipe(v.number(), v.integer(), v.minValue(0)),
    views: v.array(v.strictObject({ userId: Id, at: Instant, reason: v.optional(v.string()) })),
  }),
)
