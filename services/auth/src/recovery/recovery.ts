import { inTransaction, isDuplicateKey, newId } from '@fairpass/sdk/mongo'
import type { ClientSession, Db } from 'mongodb'
import type { Accounts } from '../account/store.ts'
import type { Contacts } from '../contact/store.ts'
import { type Account, EmailInUseError } from '../domain/account.ts'
import { EmailTokenInvalidError, type EmailTokens, type Opened } from '../email-token/store.ts'
import type { SecurityChange } from '../mail/kinds.ts'
import type { Language } from '../mail/letter.ts'
import type { Mails, Owed } from '../mail/store.ts'
import type { Sessions } from '../session/store.ts'

type Deps = {
  db: Db
  accounts: Accounts
  sessions: Sessions
  contacts: Contacts
  emailTokens: EmailTokens
  mails: Mails
}

const changeLastsMs = 24 * 3_600_000
const confirming = ['confirm-email', 'email-change-old', 'email-change-new'] as const
const resetting = ['reset-password'] as const
const batch = 50

/** The way back in, and addresses that are shown to be their owner's: all by links of mails. */
export const createRecovery = ({ db, accounts, sessions, contacts, emailTokens, mails }: Deps) => {
  const endSessions = async ({ id, before }: { id: string; before: Date }) => {
    await sessions.endBefore(id, before)
    await accounts.sessionsEnded(id, before)
  }

  /** What a reset left to be ended, a crash in between or not. */
  const endOldSessions = async (): Promise<void> => {
    for (const one of await accounts.withSessionsToEnd(batch)) await endSessions(one)
  }

  const tell = (change: SecurityChange, to: Owed['to'], cause: string, session: ClientSession) =>
    mails.owe(
      [{ kind: 'security-changed', cause: `${cause}:${change}`, to, data: { change, at: new Date().toISOString() } }],
      { session },
    )

  /** Moves the account once the new address was confirmed from wherever it has to be. */
  const confirmChange = async (side: 'old' | 'new', { userId, email }: Opened, session: ClientSession) => {
    const [account, { change, confirmedEmail, language }] = await Promise.all([
      accounts.find(userId),
      contacts.find(userId, session),
    ])
    const isMeant = side === 'old' ? account?.email === email : change?.newEmail === email
    if (!account || !change || change.expiresAt <= new Date() || !isMeant) throw new EmailTokenInvalidError()
    const confirmed = [...new Set([...change.confirmed, side])]
    // An address that never was confirmed may be the one with the typing error: nobody could confirm anything there.
    const isOldNeeded = confirmedEmail === account.email
    if (!confirmed.includes('new') || (isOldNeeded && !confirmed.includes('old')))
      return contacts.set(userId, { change: { ...change, confirmed } }, session)
    await accounts.setEmail(userId, change.newEmail, session)
    await contacts.endChange(userId, session)
    await contacts.confirm(userId, change.newEmail, session)
    const cause = `user:${userId}:email:${change.id}`
    await tell('email', { email: account.email, language }, `${cause}:old`, session)
    await tell('email', { userId }, cause, session)
  }

  const confirmOwn = async ({ userId, email }: Opened, session: ClientSession) => {
    const account = await accounts.find(userId)
    if (account?.email !== email) throw new EmailTokenInvalidError()
    await contacts.confirm(userId, email, session)
  }

  return {
    endOldSessions,

    /** Written whether or not there is an account, which shows only when the mail is sent. */
    requestReset: (email: string, language: Language | undefined, requestId = newId()): Promise<void> =>
      mails.owe([{ kind: 'reset-password', cause: `password-reset:${requestId}`, to: { email, language }, data: {} }]),

    /** @throws EmailTokenInvalidError; the sessions have ended when this returns */
    reset: async (token: string, newPassword: string): Promise<void> => {
      // Guessing costs no hash.
      if (!(await emailTokens.isGood(token, resetting))) throw new EmailTokenInvalidError()
      const passwordHash = await accounts.hash(newPassword)
      const { userId } = await emailTokens.use(token, resetting, async ({ userId, email }, session) => {
        const account = await accounts.find(userId)
        if (account?.email !== email) throw new EmailTokenInvalidError()
        await accounts.resetPassword(userId, passwordHash, session)
        await emailTokens.endAll(userId, resetting, session)
        await contacts.confirm(userId, email, session)
        await tell('password', { userId }, `user:${userId}:reset:${token.split('.')[0]}`, session)
      })
      for (const one of await accounts.withSessionsToEnd(batch)) if (one.id === userId) await endSessions(one)
    },

    /** @param session the one in which the account is made */
    requestConfirmation: ({ id }: Account, session?: ClientSession): Promise<void> => {
      const owed: Owed = { kind: 'confirm-email', cause: `user:${id}:confirm:${newId()}`, to: { userId: id }, data: {} }
      return mails.owe([owed], session ? { session } : {})
    },

    /** Asks both addresses; the new one alone where the old one never was confirmed. */
    requestChange: (account: Account, newEmail: string): Promise<void> =>
      inTransaction(db, async (session) => {
        const { id: userId } = account
        const { confirmedEmail, language } = await contacts.find(userId, session)
        const id = newId()
        const expiresAt = new Date(Date.now() + changeLastsMs)
        await contacts.set(userId, { change: { id, newEmail, confirmed: [], expiresAt } }, session)
        await emailTokens.endAll(userId, ['email-change-old', 'email-change-new'], session)
        const cause = `user:${userId}:email-change:${id}`
        const asked: Owed = {
          kind: 'email-change-new',
          cause: `${cause}:new`,
          to: { email: newEmail, language },
          data: { userId },
        }
        const old: Owed = { kind: 'email-change-old', cause: `${cause}:old`, to: { userId }, data: { newEmail } }
        await mails.owe(confirmedEmail === account.email ? [asked, old] : [asked], { session })
      }),

    /**
     * Confirms an address, or one side of a change.
     * @returns whose it is
     * @throws EmailTokenInvalidError, EmailInUseError
     */
    confirmEmail: async (token: string): Promise<string> => {
      try {
        const { userId } = await emailTokens.use(token, confirming, async (opened, session) => {
          if (opened.purpose === 'confirm-email') await confirmOwn(opened, session)
          else await confirmChange(opened.purpose === 'email-change-old' ? 'old' : 'new', opened, session)
        })
        return userId
      } catch (error) {
        if (isDuplicateKey(error)) throw new EmailInUseError()
        throw error
      }
    },
  }
}

export type Recovery = ReturnType<typeof createRecovery>
