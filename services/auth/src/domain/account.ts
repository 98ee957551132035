import { CustomError } from '@fairpass/sdk/errors'
import { event, type FairpassEvent } from '@fairpass/sdk/events'
import type { Role } from '@fairpass/sdk/identity'

export type Account = {
  id: string
  version: number
  /** normalised: it is compared as it is */
  email: string
  role: Role
  status: 'active' | 'banned'
  createdAt: Date
  bannedAt?: Date | undefined
}

export class EmailInUseError extends CustomError {
  readonly code = 'email_in_use'
  constructor() {
    super('An account with this email exists already; sign in instead')
  }
  override serialize() {
    return [{ message: this.message, field: 'email' }]
  }
}

/** Money from sales is not paid out yet; without the account there would be nobody to pay it to. */
export class EarningsOutstandingError extends CustomError {
  readonly code = 'earnings_outstanding'
  constructor() {
    super('Money from your sales is not settled yet; erase the account once it is paid out')
  }
}

/** The same for an unknown address and for a wrong password. */
export class InvalidCredentialsError extends CustomError {
  readonly code = 'invalid_credentials'
  constructor(message = 'Email or password is wrong') {
    super(message)
  }
}

/** Who is signed in gave a wrong password for their account, in the field of that name. */
export class WrongPasswordError extends InvalidCredentialsError {
  constructor(readonly field: 'password' | 'currentPassword' = 'password') {
    super('The password is wrong')
  }
  override serialize() {
    return [{ message: this.message, field: this.field }]
  }
}

export class RefreshTokenInvalidError extends CustomError {
  readonly code = 'refresh_token_invalid'
  constructor() {
    super('This session has ended; sign in again')
  }
}

/** Banning again changes nothing: the first ban counts. */
export const ban = (account: Account, now: Date): Account =>
  account.status === 'banned' ? account : { ...account, status: 'banned', bannedAt: now }

export const unban = (account: Account): Account =>
  account.status === 'active' ? account : { ...account, status: 'active', bannedAt: undefined }

export const promote = (account: Account): Account =>
  account.role === 'admin' ? account : { ...account, role: 'admin' }

/** The event for the other services when an account's status changed at `at`. */
export const statusEvents = (
  type: 'user.banned' | 'user.unbanned' | 'user.erased',
  { id, version }: { id: string; version: number },
  at: Date,
): FairpassEvent[] => [event(type, { id, version, at: at.toISOString() })]

/** What the account's owner sees of it. */
export const toPublic = ({ id, email, role }: Account) => ({ id, email, role })

/** What an admin sees of it. */
export const toListed = (account: Account) => ({
  ...toPublic(account),
  status: account.status,
  createdAt: account.createdAt.toISOString(),
  ...(account.bannedAt ? { bannedAt: account.bannedAt.toISOString() } : {}),
})
