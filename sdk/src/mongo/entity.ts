import { randomBytes } from 'node:crypto'
import type { ClientSession, Filter } from 'mongodb'
import type { FairpassEvent } from '../events/events.ts'

/** What is stored has an id of 24 hexadecimal digits, and a version that every write raises by one. */
export type Entity = { id: string; version: number }
/** An entity as MongoDB holds it: events that are not yet published live in the document that they are about. */
export type Stored<T extends Entity> = Omit<T, 'id'> & { _id: string; outbox?: FairpassEvent[] }

/** The driver's own names: a session to write in, and a bound on the operation in milliseconds. */
export type InSession = { session?: ClientSession; maxTimeMS?: number }
export type EventsOf<T> = (saved: T) => FairpassEvent[]

/**
 * An id that carries its time to the millisecond, so that lists in the order of their ids are in the order of time: eight
 * digits of seconds as in every ObjectId, three of milliseconds, and `tail` to tell apart what is of the same one.
 */
export const idAt = (at: Date, tail: string): string => {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
  return `${hex(Math.floor(at.getTime() / 1000), 8)}${hex(at.getTime() % 1000, 3)}${tail.slice(0, 13)}`
}

export const newId = () => idAt(new Date(), randomBytes(7).toString('hex'))

/** A document as the value that it holds. */
export const toEntity = <T extends Entity>(stored: Stored<T>): T => {
  const { _id, outbox: _outbox, ...rest } = stored
  // The driver's mapped types hide that this is T again: Stored<T> is T with its id renamed.
  return { id: _id, ...rest } as unknown as T
}

export const byId = <T extends Entity>(id: string) => ({ _id: id }) as Filter<Stored<T>>
