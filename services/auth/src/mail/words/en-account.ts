import type { SecurityChange } from '../kinds.ts'
import type { Block } from '../letter.ts'
import { say } from '../phrase.ts'
import type { AccountLetters } from './wording.ts'

const changed: Record<SecurityChange, string> = {
  password: 'Your password was changed, and all other devices were signed out.',
  email: 'Your account has a new email address.',
  totp_added: 'Signing in now asks for a code of your authenticator app.',
  totp_removed: 'Signing in no longer asks for a code of an authenticator app.',
  passkey_added: 'A passkey was added to your account.',
  passkey_removed: 'A passkey was taken off your account.',
  recovery_codes: 'Your account has new recovery codes; the ones before are of no use.',
}

const notYou: Block = {
  note: say`If this wasn’t you, reset your password at once, and look at your devices on your account’s page.`,
}
const once: Block = {
  note: say`The link works once, for 30 minutes. If you didn’t ask for this, do nothing: nothing will change.`,
}

const account = (url: (path: string) => string): Block => ({ button: 'Your account', href: url('/account') })

export const enAccount: AccountLetters = {
  'confirm-email': (_data, { link }) => ({
    subject: say`Confirm your email address`,
    heading: say`Is this your email address?`,
    blocks: [
      { text: say`Confirm it, so that we can tell you of what you buy and sell.` },
      { button: 'Confirm the address', href: link },
      once,
    ],
  }),
  'reset-password': (_data, { link }) => ({
    subject: say`Reset your password`,
    heading: say`Choose a new password`,
    blocks: [
      { text: say`Somebody, probably you, asked for a new password for this address.` },
      { button: 'Choose a new password', href: link },
      once,
    ],
  }),
  'email-change-old': ({ newEmail }, { link }) => ({
    subject: say`Change your email address?`,
    heading: say`Shall your account move to another address?`,
    blocks: [
      { text: say`The new address is ${newEmail}. It counts once it was confirmed both here and there.` },
      { button: 'Yes, change it', href: link },
      once,
      notYou,
    ],
  }),
  'email-change-new': (_data, { link }) => ({
    subject: say`Confirm your new email address`,
    heading: say`Is this your new email address?`,
    blocks: [
      { text: say`An account at Fairpass shall move to this address. It counts once it was confirmed.` },
      { button: 'Confirm the address', href: link },
      once,
    ],
  }),
  'security-changed': ({ change, at }, { time, url }) => ({
    subject: say`The security of your account was changed`,
    heading: say`Your account was changed`,
    blocks: [{ text: say`${changed[change]}` }, { facts: [['When', say`${time(at)}`]] }, notYou, account(url)],
  }),
  'new-sign-in': ({ device, at }, { time, url }) => ({
    subject: say`New sign-in to your account`,
    heading: say`Somebody signed in from a new device`,
    blocks: [
      {
        facts: [
          ['Device', say`${device || 'unknown'}`],
          ['When', say`${time(at)}`],
        ],
      },
      { text: say`If that was you, there is nothing to do.` },
      notYou,
      account(url),
    ],
  }),
  'account-erased': () => ({
    subject: say`Your account was erased`,
    heading: say`Your account is gone`,
    blocks: [{ text: say`What was personal in it was erased, as you asked. This is the last mail to this address.` }],
  }),
}
