import { now as timeNow } from '@fairpass/sdk/clock'
import { inTransaction, isDuplicateKey, newId } from '@fairpass/sdk/mongo'
import type { ClientSession, Db } from 'mongodb'
import { type Account, EmailInUseError } from '../domain/account.ts'
import type { Passwords } from '../password/passwords.ts'
import { type AccountDocument, type AccountDocuments, type InSameTransaction, toAccount } from './document.ts'

type NewAccount = {
  id?: string | undefined
  email: string
  password: string
  role?: Account['role']
  beside?: InSameTransaction
}
type Deps = { db: Db; documents: AccountDocuments; passwords: Passwords }

/** Creates accounts and checks their credentials. */
const createSignIn = ({ db, documents, passwords }: Deps) => {
  const authenticate = async (email: string, password: string): Promise<Account | undefined> => {
    const stored = await documents.findOne({ email })
    return (await passwords.verify(password, stored?.passwordHash)) ? toAccount(stored) : undefined
  }

  return {
    /**
     * Takes as long for an address in use as for a new one.
     * @throws EmailInUseError, except when a request with the same `id` and password made the account before
     */
    create: async ({ id = newId(), email, password, role = 'user', beside }: NewAccount): Promise<Account> => {
      const passwordHash = await passwords.hash(password)
      const account = { email, role, status: 'active' as const, createdAt: timeNow() }
      try {
        return await inTransaction(db, async (session) => {
          const { version } = await documents.insert({ id, ...account, passwordHash }, undefined, { session })
          const created = { id, version, ...account }
          await beside?.(created, session)
          return created
        })
      } catch (error) {
        if (!isDuplicateKey(error)) throw error
      }
      const first = await documents.find(id)
      const own = first?.email === email ? await authenticate(email, password) : undefined
      if (!own) throw new EmailInUseError()
      return own
    },

    /** The account of these credentials, banned or not; undefined after the same time when there is none. */
    authenticate,

    isPasswordOf: async (id: string, password: string): Promise<boolean> =>
      passwords.verify(password, (await documents.find(id))?.passwordHash),
  }
}

/** Replaces passwords and addresses. */
const createReplacements = ({ db, documents, passwords }: Deps) => {
  /** @returns false when there is no such account any more */
  const write = async (id: string, fields: Partial<AccountDocument>, session: ClientSession): Promise<boolean> => {
    const stored = await documents.find(id, { session })
    if (!stored || stored.status === 'erased') return false
    await documents.replace(stored, { ...stored, ...fields }, undefined, { session })
    return true
  }

  return {
    setPassword: async (
      id: string,
      password: string,
      beside: (session: ClientSession) => Promise<void> = async () => {},
    ): Promise<void> => {
      const passwordHash = await passwords.hash(password)
      await inTransaction(db, async (session) => {
        if (await write(id, { passwordHash }, session)) await beside(session)
      })
    },

    hash: passwords.hash,

    /** A new password where the old one is not known: every session is to be ended. */
    resetPassword: async (id: string, passwordHash: string, session: ClientSession): Promise<void> => {
      await write(id, { passwordHash, endSessionsBefore: timeNow() }, session)
    },

    /** @throws the driver's duplicate key where another account has the address */
    setEmail: async (id: string, email: string, session: ClientSession): Promise<void> => {
      await write(id, { email }, session)
    },
  }
}

/** What an account signs in with. No password hash leaves this file. */
export const createCredentialStore = (deps: Deps) => ({ ...createSignIn(deps), ...createReplacements(deps) })
