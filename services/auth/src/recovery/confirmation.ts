import { now } from '@fairpass/sdk/clock'
import { inTransaction, isDuplicateKey, newId } from '@fairpass/sdk/mongo'
import type { ClientSession } from 'mongodb'
import { type Account, EmailInUseError } from '../domain/account.ts'
import { EmailTokenInvalidError, type OpenedEmailToken } from '../email-token/store.ts'
import type { OwedMail } from '../mail/store.ts'
import { createSecurityMail, type RecoveryDeps } from './security-mail.ts'

const changeLastsMs = 24 * 3_600_000
const confirming = ['confirm-email', 'email-change-old', 'email-change-new'] as const

const createConfirm = ({ accounts, contacts, mails }: RecoveryDeps) => {
  const notifyOwner = createSecurityMail(mails)

  /** Changes the account's address once every side that has to has confirmed it. */
  const confirmChange = async (side: 'old' | 'new', { userId, email }: OpenedEmailToken, session: ClientSession) => {
    const [account, { change, confirmedEmail, language }] = await Promise.all([
      accounts.find(userId),
      contacts.find(userId, session),
    ])
    const isMeant = side === 'old' ? account?.email === email : change?.newEmail === email
    if (!account || !change || change.expiresAt <= now() || !isMeant) throw new EmailTokenInvalidError()
    const confirmed = [...new Set([...change.confirmed, side])]
    // An address that was never confirmed may be misspelt, so its owner cannot be asked to confirm anything.
    const isOldNeeded = confirmedEmail === account.email
    if (!confirmed.includes('new') || (isOldNeeded && !confirmed.includes('old')))
      return contacts.set(userId, { change: { ...change, confirmed } }, session)
    await accounts.setEmail(userId, change.newEmail, session)
    await contacts.endChange(userId, session)
    await contacts.confirm(userId, change.newEmail, session)
    const cause = `user:${userId}:email:${change.id}`
    await notifyOwner('email', { email: account.email, language }, `${cause}:old`, session)
    await notifyOwner('email', { userId }, cause, session)
  }

  const confirmOwn = async ({ userId, email }: OpenedEmailToken, session: ClientSession) => {
    const account = await accounts.find(userId)
    if (account?.email !== email) throw new EmailTokenInvalidError()
    await contacts.confirm(userId, email, session)
  }

  return { confirmOwn, confirmChange }
}

/** Confirms addresses and changes them, by links in mails. */
export const createConfirmation = (deps: RecoveryDeps) => {
  const { db, contacts, emailTokens, mails } = deps
  const { confirmOwn, confirmChange } = createConfirm(deps)

  return {
    /** @param session the one in which the account is made */
    requestConfirmation: ({ id: userId }: Account, session?: ClientSession): Promise<void> => {
      const cause = `user:${userId}:confirm:${newId()}`
      return mails.owe([{ kind: 'confirm-email', cause, to: { userId }, data: {} }], session ? { session } : {})
    },

    /** Asks both addresses; the new one alone where the old one never was confirmed. */
    requestChange: (account: Account, newEmail: string): Promise<void> =>
      inTransaction(db, async (session) => {
        const { id: userId } = account
        const { confirmedEmail, language } = await contacts.find(userId, session)
        const id = newId()
        const expiresAt = new Date(now().getTime() + changeLastsMs)
        await contacts.set(userId, { change: { id, newEmail, confirmed: [], expiresAt } }, session)
        await emailTokens.endAll(userId, ['email-change-old', 'email-change-new'], session)
        const cause = `user:${userId}:email-change:${id}`
        const asked: OwedMail = {
          kind: 'email-change-new',
          cause: `${cause}:new`,
          to: { email: newEmail, language },
          data: { userId },
        }
        const old: OwedMail = { kind: 'email-change-old', cause: `${cause}:old`, to: { userId }, data: { newEmail } }
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
