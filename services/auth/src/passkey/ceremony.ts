import { CustomError } from '@fairpass/sdk/errors'
import type { Log } from '@fairpass/sdk/telemetry'
import type { Binary, ClientSession, Collection, Db } from 'mongodb'
import type { openChallenges } from './challenges.ts'

export type Passkey = {
  /** the credential's own id */
  _id: string
  userId: string
  name: string
  publicKey: Binary
  counter: number
  transports: string[]
  createdAt: Date
  usedAt?: Date
}

export class PasskeyRefusedError extends CustomError {
  readonly code = 'invalid_credentials'
  constructor(message = 'This passkey was not accepted; try again, or sign in with your password') {
    super(message)
  }
}

/** More than anybody has. */
export const maxPasskeys = 20
export const timeoutMs = 5 * 60_000

/** What is written together with a change, or not at all. */
export type InSameTransaction = (session: ClientSession) => Promise<void>

/** The dependencies of registration and authentication. */
export type Ceremony = {
  db: Db
  passkeys: Collection<Passkey>
  challenges: ReturnType<typeof openChallenges>
  expected: { expectedOrigin: string; expectedRPID: string }
  log: Log
}

/**
 * Loaded when somebody first has to do with a passkey: it takes ten megabytes. What it imports first has to be there before the
 * rest of it, which a bundle does not see to.
 */
export const loadWebAuthn = async () => {
  await import('reflect-metadata')
  return import('@simplewebauthn/server')
}

export const passkeysOf = (passkeys: Collection<Passkey>, userId: string) =>
  passkeys.find({ userId }).sort({ createdAt: 1 }).limit(maxPasskeys).toArray()

/** An invalid answer of an authenticator is refused; the reason is only logged. */
export const orRefused = async <T>(log: Log, verify: () => Promise<T>): Promise<T> => {
  try {
    return await verify()
  } catch (error) {
    log.info({ reason: error instanceof Error ? error.message : `${error}` }, 'a passkey was refused')
    throw new PasskeyRefusedError()
  }
}
