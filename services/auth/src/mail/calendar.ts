import ical from 'ical-generator'
import type { Show } from './kinds.ts'
import type { Attachment } from './letter.ts'
import { asText, say } from './phrase.ts'

/** The event as a file for calendars (RFC 5545); none without a time. */
export const calendarFile = (show: Show, url: string): Attachment[] => {
  if (show.startsAt === undefined) return []
  const host = new URL(url).hostname
  const calendar = ical({ prodId: { company: 'Fairpass', product: 'Fairpass', language: 'EN' } })
  const place = [show.venue, show.city].filter(Boolean).join(', ')
  calendar.createEvent({
    id: `${show.ticketId}@${host}`,
    stamp: new Date(),
    start: new Date(show.startsAt),
    summary: asText(say`${show.title ?? ''}`),
    ...(place ? { location: asText(say`${place}`) } : {}),
    url,
  })
  return [{ filename: 'event.ics', content: calendar.toString(), contentType: 'text/calendar; charset=utf-8' }]
}
