import { now } from '@fairpass/sdk/clock'
import type { Accounts } from '../account/store.ts'
import type { Passkeys } from '../passkey/store.ts'
import type { SecondFactors } from '../second-factor/store.ts'
import type { Contacts } from './store.ts'

type Deps = { accounts: Accounts; contacts: Contacts; secondFactors: SecondFactors; passkeys: Passkeys }

/** How an account is written to and signed in to, as its owner reads it. */
export const settingsOf = async ({ accounts, contacts, secondFactors, passkeys }: Deps, userId: string) => {
  const [account, contact, factors, keys] = await Promise.all([
    accounts.find(userId),
    contacts.find(userId),
    secondFactors.statusOf(userId),
    passkeys.list(userId),
  ])
  const { language = 'en', off = [], confirmedEmail, bouncedEmail, change } = contact
  const email = account?.email ?? ''
  return {
    ...{ email, language, ...factors },
    isEmailConfirmed: confirmedEmail === email,
    isEmailBounced: bouncedEmail === email,
    ...(change && change.expiresAt > now() ? { newEmail: change.newEmail } : {}),
    mails: {
      sales: !off.includes('sales'),
      waitlist: !off.includes('waitlist'),
      searches: !off.includes('searches'),
    },
    passkeys: keys.map(({ id, name, createdAt, usedAt }) => ({
      ...{ id, name, createdAt: createdAt.toISOString() },
      ...(usedAt ? { usedAt: usedAt.toISOString() } : {}),
    })),
  }
}
