import { now } from '@fairpass/sdk/clock'
import { newId } from '@fairpass/sdk/mongo'
import type { ClientSession } from 'mongodb'
import type { SecurityChange } from '../mail/kinds.ts'
import type { Mails } from '../mail/store.ts'

/** Notifies an account's owner by mail of changes of how to sign in, in the transaction of the change. */
export const tellOfChange = (
  { owe }: Pick<Mails, 'owe'>,
  userId: string,
  change: SecurityChange,
  session: ClientSession,
): Promise<void> =>
  owe(
    [
      {
        kind: 'security-changed',
        cause: `user:${userId}:${change}:${newId()}`,
        to: { userId },
        data: { change, at: now().toISOString() },
      },
    ],
    { session },
  )
