import { createHash } from 'node:crypto'
import type { Kind } from './kinds.ts'
import type { Language } from './letter.ts'

/** Whom it is for: an account, whose address is looked up when it is sent, or an address as such. */
export type Recipient = { userId: string } | { email: string; language?: Language | undefined }

/** A mail that has to be sent. After the server took it only its cause is kept, so that it is not sent again. */
export type Mail = {
  id: string
  /** why there is this mail, such as `order:ID:completed:buyer`: there is one for each cause */
  cause: string
  kind: Kind
  /** whose mails are bounded together: the account, or a digest of the address */
  person: string
  recipient?: Recipient
  data: Record<string, unknown>
  status: 'owed' | 'sent' | 'withheld' | 'refused' | 'given_up'
  attempts: number
  /** the lease that it belongs to while a replica sends it */
  leaseId?: string
  createdAt: Date
  /** when it is due; while a replica sends it, when that lease ends */
  nextAttemptAt: Date
  /** when the rest of it is deleted */
  expiresAt: Date
  sentAt?: Date
}

const minuteMs = 60_000
const firstPauseMs = 2_000
const longestPauseMs = 15 * minuteMs

/** Longer than any sending takes; after it a replica that was sending counts as crashed. */
export const leaseMs = minuteMs
/** The longest that any mail waits before it is tried, in milliseconds: until its person has had little enough within an hour. */
export const longestWaitMs = 60 * minuteMs
/** Servers may be away for days (RFC 5321, 4.5.4.1: four to five). */
export const giveUpAfterMs = 5 * 24 * 60 * minuteMs
/** Longer than any event is repeated. */
export const rememberedMs = 30 * 24 * 60 * minuteMs

/** Two seconds, doubled with every attempt up to a quarter of an hour; spread, so that not all come back at once. */
export const pauseMs = (attempts: number, random = Math.random()): number =>
  Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempts - 1, 20)) * (0.75 + random / 2)

export const personOf = (recipient: Recipient): string =>
  'userId' in recipient ? recipient.userId : createHash('sha256').update(recipient.email).digest('hex')

/** The same for every attempt at the same mail, so that a reader's program shows a double once. */
export const messageIdOf = (cause: string, publicOrigin: string): string =>
  `<${createHash('sha256').update(`mail ${cause}`).digest('hex').slice(0, 40)}@${new URL(publicOrigin).hostname}>`
