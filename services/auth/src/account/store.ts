import type { FairpassEvent } from '@fairpass/sdk/events'
import { inTransaction, type Order, type PublishAll } from '@fairpass/sdk/mongo'
import type { Db } from 'mongodb'
import { type Account, ban, promote, statusEvents, unban } from '../domain/account.ts'
import type { Passwords } from '../password/passwords.ts'
import { createCredentialStore } from './credential-store.ts'
import {
  type AccountDocument,
  type AccountDocuments,
  type InSameTransaction,
  openAccountDocuments,
  toAccount,
} from './document.ts'

type Options = { publishAll: PublishAll; passwords: Passwords }

const latestFirst = { direction: -1, fields: { createdAt: 'date', _id: 'string' } } as const satisfies Order

/** The most denied accounts in one answer to a service; a ban beyond it still reaches the services as an event. */
const maxDenied = 10_000

/** Reads of accounts by id and address, and lists of them. */
const createReads = ({ find, findOne, list, page }: AccountDocuments) => ({
  find: async (id: string): Promise<Account | undefined> => toAccount(await find(id)),

  findMany: async (ids: readonly string[]): Promise<Map<string, Account>> => {
    const found = ids.length > 0 ? await list({ _id: { $in: [...ids] } }, { limit: ids.length }) : []
    return new Map(found.flatMap((document) => toAccount(document) ?? []).map((account) => [account.id, account]))
  },

  findByEmail: async (email: string): Promise<Account | undefined> => toAccount(await findOne({ email })),

  /** Whether an admin other than this one could still sign in. */
  hasOtherAdmin: async (id: string): Promise<boolean> =>
    (await findOne({ role: 'admin', status: 'active', _id: { $ne: id } })) !== undefined,

  /** A page of accounts, newest first. */
  list: async (limit: number, cursor?: string) => {
    // An account without an address is an erased one.
    const { rows, nextCursor } = await page({ email: { $exists: true } }, { order: latestFirst, limit, cursor })
    return { accounts: rows.flatMap((document) => toAccount(document) ?? []), nextCursor }
  },

  /** Who was banned or erased since, and still is. */
  deniedSince: async (since: Date): Promise<{ userId: string; bannedAt: string }[]> => {
    const denied = await list(
      { $or: [{ bannedAt: { $gte: since } }, { erasedAt: { $gte: since } }] },
      { limit: maxDenied },
    )
    return denied.flatMap(({ id, bannedAt, erasedAt }) => {
      const at = erasedAt ?? bannedAt
      return at ? [{ userId: id, bannedAt: at.toISOString() }] : []
    })
  },
})

/** Changes of role and status, with the events by which the other services learn of them. */
const createLifecycle = (db: Db, documents: AccountDocuments) => {
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

  return {
    promote: (id: string) => change(id, promote),

    ban: (id: string, now: Date) =>
      change(
        id,
        (account) => ban(account, now),
        (saved) => statusEvents('user.banned', saved, now),
      ),

    unban: (id: string, now: Date) => change(id, unban, (saved) => statusEvents('user.unbanned', saved, now)),

    /** Personal data is deleted; orders and the ledger keep the id, which then belongs to nobody. */
    erase: (id: string, now: Date, beside: InSameTransaction = async () => {}): Promise<void> =>
      inTransaction(db, async (session) => {
        const stored = await documents.find(id, { session })
        const account = toAccount(stored)
        if (!stored || !account) return
        const { version, role, createdAt } = stored
        const erased: AccountDocument = { id, version, role, createdAt, status: 'erased', erasedAt: now }
        await documents.replace(stored, erased, (saved) => statusEvents('user.erased', saved, now), { session })
        await beside(account, session)
      }).then(() => documents.relay.flush(id)),
  }
}

/** Accounts. An erased account is found by nobody. */
export const openAccounts = (db: Db, { publishAll, passwords }: Options) => {
  const documents = openAccountDocuments(db, publishAll)

  return {
    ensureIndexes: documents.ensureIndexes,
    relay: documents.relay,

    ...createReads(documents),
    ...createLifecycle(db, documents),
    ...createCredentialStore({ db, documents, passwords }),

    /** Whose sessions are to be ended, and from before when. */
    withSessionsToEnd: async (limit: number): Promise<{ id: string; before: Date }[]> => {
      const found = await documents.list({ endSessionsBefore: { $exists: true } }, { limit })
      return found.flatMap(({ id, endSessionsBefore: before }) => (before ? [{ id, before }] : []))
    },

    /** Does not raise the version, from which a sign-in under way would conclude that the password was changed. */
    sessionsEnded: async (id: string, before: Date): Promise<void> => {
      await documents.raw.updateOne({ _id: id, endSessionsBefore: before }, { $unset: { endSessionsBefore: '' } })
    },
  }
}

export type Accounts = ReturnType<typeof openAccounts>
