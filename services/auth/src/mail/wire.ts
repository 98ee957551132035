import { now as timeNow } from '@fairpass/sdk/clock'
import type { Log } from '@fairpass/sdk/telemetry'
import type { Accounts } from '../account/store.ts'
import type { Contact, Contacts } from '../contact/store.ts'
import type { EmailTokens } from '../email-token/store.ts'
import { type Addressee, createDelivery } from './deliver.ts'
import type { Language } from './letter.ts'
import type { Mail } from './mail.ts'
import type { SmtpSender } from './smtp.ts'
import type { Mails } from './store.ts'
import type { Unsubscribing } from './unsubscribe.ts'

type Deps = {
  mails: Mails
  sender: Pick<SmtpSender, 'send'>
  log: Log
  publicOrigin: string
  accounts: Pick<Accounts, 'findMany' | 'findByEmail'>
  contacts: Contacts
  emailTokens: EmailTokens
  unsubscribing: Unsubscribing
  now?: () => Date
}

/** Resolves the recipients of mails from auth's accounts. */
export const wireDelivery = ({ accounts, contacts, emailTokens, unsubscribing, ...rest }: Deps) => {
  const addresseeOf = (userId: string, email: string, { language = 'en', off = [], bouncedEmail }: Contact) => ({
    ...{ userId, email, language, off, isBounced: bouncedEmail === email },
  })

  /** The recipient of a mail to an address, which may belong to an account. */
  const ofAddress = async (
    { kind, data }: Mail,
    { email, language = 'en' }: { email: string; language?: Language | undefined },
  ) => {
    const owner = await accounts.findByEmail(email)
    // The account is looked up here, long after the request was answered, so that the answer does not reveal whether
    // there is one.
    if (kind === 'reset-password') return owner && addresseeOf(owner.id, email, await contacts.find(owner.id))
    // An address that belongs to another account is not confirmed, and its owner gets no mail.
    if (kind === 'email-change-new') {
      const userId = String(data.userId)
      return owner ? undefined : { ...addresseeOf(userId, email, await contacts.find(userId)), isBounced: false }
    }
    return { email, language, off: [], isBounced: false }
  }

  const findAddressees = async (mails: readonly Mail[]): Promise<Map<string, Addressee>> => {
    const ids = [...new Set(mails.flatMap(({ recipient: to }) => (to && 'userId' in to ? [to.userId] : [])))]
    const [known, contactOf] = await Promise.all([accounts.findMany(ids), contacts.findMany(ids)])
    const found = new Map<string, Addressee>()
    for (const mail of mails) {
      const { id, recipient: to } = mail
      const account = to && 'userId' in to ? known.get(to.userId) : undefined
      const addressee = account
        ? addresseeOf(account.id, account.email, contactOf.get(account.id) ?? {})
        : to && 'email' in to && (await ofAddress(mail, to))
      if (addressee) found.set(id, addressee)
    }
    return found
  }

  return createDelivery({
    ...rest,
    findAddressees,
    markBounced: async (userId, email) => contacts.set(userId, { bouncedEmail: email }),
    openToken: async ({ id, kind }, { userId, email }) =>
      userId ? emailTokens.open(id, { purpose: kind, userId, email }, rest.now?.() ?? timeNow()) : undefined,
    unsubscribeTokenOf: unsubscribing.tokenOf,
  })
}
