import { majorUnits, offsetDateTime } from '@fairpass/sdk/values'
import { hasBegun, lacksFile, type Ticket } from './schemas/ticket.ts'

const schemaOrgAvailability: Record<Ticket['status'], string> = {
  available: 'https://schema.org/InStock',
  reserved: 'https://schema.org/LimitedAvailability',
  sold: 'https://schema.org/SoldOut',
  withdrawn: 'https://schema.org/Discontinued',
}

/** What has begun cannot be bought any more, and what was not uploaded cannot be yet. */
const availabilityOf = (ticket: Ticket, now: Date): string =>
  (lacksFile(ticket) && ticket.status === 'available') || hasBegun(ticket, now)
    ? 'https://schema.org/OutOfStock'
    : schemaOrgAvailability[ticket.status]

/** A schema.org Event with its Offer; a seller's text cannot end the script element that it stands in. */
export const eventJsonLd = (ticket: Ticket, url: string, now: Date): string =>
  JSON.stringify({
    '@context': 'https://schema.org',
    '@type': 'Event',
    name: ticket.title,
    startDate: offsetDateTime(ticket.startsAt, ticket.timeZone),
    eventStatus: 'https://schema.org/EventScheduled',
    eventAttendanceMode: 'https://schema.org/OfflineEventAttendanceMode',
    location: {
      '@type': 'Place',
      name: ticket.venue,
      address: { '@type': 'PostalAddress', addressLocality: ticket.city },
    },
    ...(ticket.description ? { description: ticket.description } : {}),
    image: new URL(`/cards/${ticket.id}.png`, url).href,
    url,
    offers: {
      '@type': 'Offer',
      url,
      price: majorUnits(ticket.priceCents, ticket.currency),
      priceCurrency: ticket.currency.toUpperCase(),
      availability: availabilityOf(ticket, now),
      validThrough: offsetDateTime(ticket.startsAt, ticket.timeZone),
    },
  }).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
