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
  /** it is kept until the last access token of it is over, so that the others are told */
  endedAt?: Date
  /** when its owner last proved who they are; sessions from before that was noted, when they were opened */
  authenticatedAt?: Date
  /** with a code of an app, or a passkey */
  isMultiFactor?: boolean
  /** however often it is renewed; sessions from before there was such an end have none */
  endsAt?: Date
}

export type SessionDocuments = Collection<SessionDocument>

/** How, and how long ago, somebody proved who they are. */
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
