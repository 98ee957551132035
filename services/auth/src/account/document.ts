import { openCollection, type PublishAll } from '@fairpass/sdk/mongo'
import type { ClientSession, Db } from 'mongodb'
import type { Account } from '../domain/account.ts'

/** An account as stored. Of an erased one only its existence is kept, and until when its tokens are refused. */
export type AccountDocument = Omit<Account, 'email' | 'status'> & {
  email?: string
  passwordHash?: string
  status: Account['status'] | 'erased'
  erasedAt?: Date
  /** sessions from before it have to be ended, also after a crash */
  endSessionsBefore?: Date
}

/** What is written together with a change of an account, or not at all. */
export type InSameTransaction = (account: Account, session: ClientSession) => Promise<void>

export const toAccount = (document: AccountDocument | undefined): Account | undefined => {
  if (document?.email === undefined || document.status === 'erased') return undefined
  const { passwordHash: _hash, erasedAt: _at, endSessionsBefore: _before, email, status, ...rest } = document
  return { ...rest, email, status }
}

export const openAccountDocuments = (db: Db, publishAll: PublishAll) =>
  openCollection<AccountDocument>(db, 'accounts', {
    publishAll,
    indexes: [
      { key: { email: 1 }, name: 'email', unique: true, sparse: true },
      {
        key: { createdAt: -1, _id: -1 },
        name: 'listed newest',
        partialFilterExpression: { email: { $exists: true } },
      },
      { key: { bannedAt: 1 }, name: 'banned', sparse: true },
      { key: { erasedAt: 1 }, name: 'erased', sparse: true },
      { key: { endSessionsBefore: 1 }, name: 'sessions to end', sparse: true },
      { key: { role: 1 }, name: 'admins', partialFilterExpression: { role: 'admin' } },
    ],
  })

export type AccountDocuments = ReturnType<typeof openAccountDocuments>
