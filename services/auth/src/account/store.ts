import { now as timeNow } from '@fairpass/sdk/clock'
import type { FairpassEvent } from '@fairpass/sdk/events'
import {
  type Collection,
  inTransaction,
  isDuplicateKey,
  newId,
  type Order,
  openCollection,
  type PublishAll,
} from '@fairpass/sdk/mongo'
import type { ClientSession, Db } from 'mongodb'
import { type Account, ban, EmailInUseError, promote, tell, unban } from '../domain/account.ts'
import type { Passwords } from '../password/passwords.ts'

/** An account as stored. Of an erased one only this is left: that there was one, and until when its tokens are refused. */
type AccountDocument = Omit<Account, 'email' | 'status'> & {
  email?: string
  passwordHash?: string
  status: Account['status'] | 'erased'
  erasedAt?: Date
  /** sessions from before it are to be ended, whatever crashes meanwhile */
  endSessionsBefore?: Date
}

/** What is written together with a change of an account, or not at all. */
type Beside = (account: Account, session: ClientSession) => Promise<void>

type NewAccount = {
  id?: string | undefined
  email: string
  password: string
  role?: Account['role']
  beside?: Beside
}
type Options = { publishAll: PublishAll; passwords: Passwords }

const latestFirst = { direction: -1, fields: { createdAt: 'date', _id: 'string' } } as const satisfies Order

/** The most that services are told at once; a ban beyond it reaches them as an event all the same. */
const maxDenied = 10_000

const toAccount = (document: AccountDocument | undefined): Account | undefined => {
  if (document?.email === undefined || document.status === 'erased') return undefined
  const { passwordHash: _hash, erasedAt: _at, endSessionsBefore: _before, email, status, ...rest } = document
  return { ...rest, email, status }
}

/** Accounts by what they are known by. */
const createReads = ({ find, findOne, list }: Pick<Collection<AccountDocument>, 'find' | 'findOne' | 'list'>) => ({
  find: async (id: string): Promise<Account | undefined> => toAccount(await find(id)),

  findMany: async (ids: readonly string[]): Promise<Map<string, Account>> => {
    const found = ids.length > 0 ? await list({ _id: { $in: [...ids] } }, { limit: ids.length }) : []
    return new Map(found.flatMap((document) => toAccount(document) ?? []).map((account) => [account.id, account]))
  },

  findByEmail: async (email: string): Promise<Account | undefined> => toAccount(await findOne({ email })),
})

/** Accounts. An erased account is gone for everybody, and no password hash leaves this file. */
export const openAccounts = (db: Db, { publishAll, passwords }: Options) => {
  const documents = openCollection<AccountDocument>(db, 'accounts', {
    publishAll,
    retiredIndexes: ['newest'],
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

  const change = async (
    id: string,
    change: (account: Account) => Account,
    eventsOf: (saved: AccountDocument) => FairpassEvent[] = () => [],
  ): Promise<Account | undefined> => {
    const changed = await documents.change(
      id,
      (stored) => {
        const account = toAccount(stored)
        const next = account && change(account)
        return next === undefined || next === account ? stored : { ...stored, ...next }
      },
      eventsOf,
    )
    return toAccount(changed)
  }

  const authenticate = async (email: string, password: string): Promise<Account | undefined> => {
    const stored = await documents.findOne({ email })
    return (await passwords.verify(password, stored?.passwordHash)) ? toAccount(stored) : undefined
  }

  return {
    ensureIndexes: documents.ensureIndexes,
    relay: documents.relay,

    ...createReads(documents),

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

    setPassword: async (
      id: string,
      password: string,
      beside: (session: ClientSession) => Promise<void> = async () => {},
    ): Promise<void> => {
      const passwordHash = await passwords.hash(password)
      await inTransaction(db, async (session) => {
        const stored = await documents.find(id, { session })
        if (!stored || stored.status === 'erased') return
        await documents.replace(stored, { ...stored, passwordHash }, undefined, { session })
        await beside(session)
      })
    },

    hash: passwords.hash,

    /** A new password where the old one is not known: every session is to be ended. */
    resetPassword: async (id: string, passwordHash: string, session: ClientSession): Promise<void> => {
      const stored = await documents.find(id, { session })
      if (!stored || stored.status === 'erased') return
      await documents.replace(stored, { ...stored, passwordHash, endSessionsBefore: timeNow() }, undefined, {
        session,
      })
    },

    /** @throws the driver's duplicate key where somebody else has the address */
    setEmail: async (id: string, email: string, session: ClientSession): Promise<void> => {
      const stored = await documents.find(id, { session })
      if (!stored || stored.status === 'erased') return
      await documents.replace(stored, { ...stored, email }, undefined, { session })
    },

    /** Whose sessions are to be ended, and from before when. */
    withSessionsToEnd: async (limit: number): Promise<{ id: string; before: Date }[]> => {
      const found = await documents.list({ endSessionsBefore: { $exists: true } }, { limit })
      return found.flatMap(({ id, endSessionsBefore: before }) => (before ? [{ id, before }] : []))
    },

    /** Leaves the version as it is, by which a sign-in that is under way would take the password for changed. */
    sessionsEnded: async (id: string, before: Date): Promise<void> => {
      await documents.raw.updateOne({ _id: id, endSessionsBefore: before }, { $unset: { endSessionsBefore: '' } })
    },

    promote: (id: string) => change(id, promote),

    ban: (id: string, now: Date) =>
      change(
        id,
        (account) => ban(account, now),
        (saved) => tell('user.banned', saved, now),
      ),

    unban: (id: string, now: Date) => change(id, unban, (saved) => tell('user.unbanned', saved, now)),

    /** What is personal goes; orders and ledger keep the id, which then stands for nobody. */
    erase: (id: string, now: Date, beside: Beside = async () => {}): Promise<void> =>
      inTransaction(db, async (session) => {
        const stored = await documents.find(id, { session })
        const account = toAccount(stored)
        if (!stored || !account) return
        const { version, role, createdAt } = stored
        const erased: AccountDocument = { id, version, role, createdAt, status: 'erased', erasedAt: now }
        await documents.replace(stored, erased, (saved) => tell('user.erased', saved, now), { session })
        await beside(account, session)
      }).then(() => documents.relay.flush(id)),

    /** Whether an admin other than this one could still sign in. */
    hasOtherAdmin: async (id: string): Promise<boolean> =>
      (await documents.findOne({ role: 'admin', status: 'active', _id: { $ne: id } })) !== undefined,

    /** A page of accounts, newest first. */
    list: async (limit: number, cursor?: string) => {
      // Only who is erased has no address.
      const { rows, nextCursor } = await documents.page(
        { email: { $exists: true } },
        { order: latestFirst, limit, cursor },
      )
      return { accounts: rows.flatMap((document) => toAccount(document) ?? []), nextCursor }
    },

    /** Who was banned or erased since, and still is. */
    deniedSince: async (since: Date): Promise<{ userId: string; bannedAt: string }[]> => {
      const denied = await documents.list(
        { $or: [{ bannedAt: { $gte: since } }, { erasedAt: { $gte: since } }] },
        { limit: maxDenied },
      )
      return denied.flatMap(({ id, bannedAt, erasedAt }) => {
        const at = erasedAt ?? bannedAt
        return at ? [{ userId: id, bannedAt: at.toISOString() }] : []
      })
    },
  }
}

export type Accounts = ReturnType<typeof openAccounts>
