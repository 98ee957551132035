import type { Collection, PublishAll } from '@fairpass/sdk/mongo'
import type { Log } from '@fairpass/sdk/telemetry'

/** A device that is signed in. Its refresh tokens, each replaced by the next, are one family under the session's id. */
export type SessionDocument = {
  id: string
  version: number
  userId: string
  tokenHash: string
  previousHash?: string
  rotatedAt?: Date
  device: string
  createdAt: Date
  lastSeenAt: Date
  expiresAt: Date
  /** it is kept until its last access token has expired, so that the other services learn of it */
  endedAt?: Date
  /** when its user last authenticated; in sessions of earlier releases, when they were opened */
  authenticatedAt?: Date
  /** with a code of an app, or a passkey */
  isMultiFactor?: boolean
  /** its end however often it is renewed; sessions of earlier releases have none */
  endsAt?: Date
}

export type SessionDocuments = Collection<SessionDocument>

/** How and when the user authenticated. */
export type Proof = { authenticatedAt: Date; isMultiFactor: boolean }

export const proofOf = ({ authenticatedAt, createdAt, isMultiFactor = false }: Omit<SessionDocument, 'id'>): Proof => ({
  authenticatedAt: authenticatedAt ?? createdAt,
  isMultiFactor,
})

export type SessionOptions = {
  /** how long a session lives without being renewed */
  lifetimeSeconds: number
  /** how long it lives at all */
  longestSeconds: number
  /** how long an access token of it lives */
  tokenSeconds: number
  publishAll: PublishAll
  log: Log
}

export const after = (now: Date, seconds: number) => new Date(now.getTime() + seconds * 1000)
