import { newId } from '@fairpass/sdk/mongo'
import { EmailTokenInvalidError } from '../email-token/store.ts'
import type { Language } from '../mail/letter.ts'
import { createConfirmation } from './confirmation.ts'
import { createSecurityMail, type RecoveryDeps } from './security-mail.ts'

const resetting = ['reset-password'] as const
const batch = 50

/** Password resets and confirmed addresses, all by links in mails. */
export const createRecovery = (deps: RecoveryDeps) => {
  const { accounts, sessions, contacts, emailTokens, mails } = deps
  const notifyOwner = createSecurityMail(mails)

  const endSessions = async ({ id, before }: { id: string; before: Date }) => {
    await sessions.endBefore(id, before)
    await accounts.sessionsEnded(id, before)
  }

  /** Ends the sessions that a reset has to end, also after a crash in between. */
  const endOldSessions = async (): Promise<void> => {
    for (const one of await accounts.withSessionsToEnd(batch)) await endSessions(one)
  }

  return {
    ...createConfirmation(deps),
    endOldSessions,

    /** Written whether or not there is an account, which shows only when the mail is sent. */
    requestReset: (email: string, language: Language | undefined, requestId = newId()): Promise<void> =>
      mails.owe([{ kind: 'reset-password', cause: `password-reset:${requestId}`, to: { email, language }, data: {} }]),

    /** @throws EmailTokenInvalidError; the sessions have ended when this returns */
    reset: async (token: string, newPassword: string): Promise<void> => {
      // A wrong token costs no password hash.
      if (!(await emailTokens.isGood(token, resetting))) throw new EmailTokenInvalidError()
      const passwordHash = await accounts.hash(newPassword)
      const { userId } = await emailTokens.use(token, resetting, async ({ userId, email }, session) => {
        const account = await accounts.find(userId)
        if (account?.email !== email) throw new EmailTokenInvalidError()
        await accounts.resetPassword(userId, passwordHash, session)
        await emailTokens.endAll(userId, resetting, session)
        await contacts.confirm(userId, email, session)
        await notifyOwner('password', { userId }, `user:${userId}:reset:${token.split('.')[0]}`, session)
      })
      for (const one of await accounts.withSessionsToEnd(batch)) if (one.id === userId) await endSessions(one)
    },
  }
}

export type Recovery = ReturnType<typeof createRecovery>
