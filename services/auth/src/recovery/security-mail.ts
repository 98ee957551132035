import { now } from '@fairpass/sdk/clock'
import type { ClientSession, Db } from 'mongodb'
import type { Accounts } from '../account/store.ts'
import type { Contacts } from '../contact/store.ts'
import type { EmailTokens } from '../email-token/store.ts'
import type { SecurityChange } from '../mail/kinds.ts'
import type { Mails, OwedMail } from '../mail/store.ts'
import type { Sessions } from '../session/store.ts'

export type RecoveryDeps = {
  db: Db
  accounts: Accounts
  sessions: Sessions
  contacts: Contacts
  emailTokens: EmailTokens
  mails: Mails
}

/** Queues a mail about a change of an account's security. */
export const createSecurityMail =
  (mails: Mails) => (change: SecurityChange, to: OwedMail['to'], cause: string, session: ClientSession) =>
    mails.owe(
      [{ kind: 'security-changed', cause: `${cause}:${change}`, to, data: { change, at: now().toISOString() } }],
      { session },
    )
