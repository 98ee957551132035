import { now as timeNow } from '@fairpass/sdk/clock'
import type { Log } from '@fairpass/sdk/telemetry'
import type { Accounts } from '../account/store.ts'
import type { Contacts } from '../contact/store.ts'
import type { EmailTokens } from '../email-token/store.ts'
import { type Addressee, createDelivery } from './deliver.ts'
import type { Mail } from './mail.ts'
import type { SmtpSender } from './smtp.ts'
import type { Mails } from './store.ts'
import type { Unsubscribing } from './unsubscribe.ts'

type Deps = {
  mails: Mails
  sender: Pick<SmtpSender, 'send'>
  log: Log
  publicOrigin: string
  accounts: Pick<Accounts, 'find' | 'findByEmail'>
  contacts: Contacts
  emailTokens: EmailTokens
  unsubscribing: Unsubscribing
  now?: () => Date
}

/** How mails find their people: what auth knows of accounts, put to the delivery. */
export const wireDelivery = ({ accounts, contacts, emailTokens, unsubscribing, ...rest }: Deps) => {
  const ofAccount = async (userId: string, email: string): Promise<Addressee> => {
    const { language = 'en', off = [], bouncedEmail } = await contacts.find(userId)
    return { userId, email, language, off, isBounced: bouncedEmail === email }
  }

  const findAddressee = async ({ kind, recipient, data }: Mail): Promise<Addressee | undefined> => {
    if (!recipient) return undefined
    if ('userId' in recipient) {
      const account = await accounts.find(recipient.userId)
      return account && ofAccount(account.id, account.email)
    }
    const { email, language = 'en' } = recipient
    const owner = await accounts.findByEmail(email)
    // Whoever asks learns nothing of whether there is an account: it is looked up here, when the answer was given long ago.
    if (kind === 'reset-password') return owner && ofAccount(owner.id, email)
    // Somebody else's address is not taken from them, nor are they asked.
    if (kind === 'email-change-new')
      return owner ? undefined : { ...(await ofAccount(String(data.userId), email)), isBounced: false }
    return { email, language, off: [], isBounced: false }
  }

  return createDelivery({
    ...rest,
    findAddressee,
    markBounced: async (userId, email) => contacts.set(userId, { bouncedEmail: email }),
    openToken: async ({ id, kind }, { userId, email }) =>
      userId ? emailTokens.open(id, { purpose: kind, userId, email }, rest.now?.() ?? timeNow()) : undefined,
    unsubscribeTokenOf: unsubscribing.tokenOf,
  })
}
