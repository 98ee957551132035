import type { SecurityChange } from '../kinds.ts'
import type { Block } from '../letter.ts'
import { say } from '../phrase.ts'
import type { AccountLetters } from './wording.ts'

const changed: Record<SecurityChange, string> = {
  password: 'Ihr Passwort wurde geändert, und alle anderen Geräte wurden abgemeldet.',
  email: 'Ihr Konto hat eine neue E-Mail-Adresse.',
  totp_added: 'Beim Anmelden wird nun nach einem Code Ihrer Authenticator-App gefragt.',
  totp_removed: 'Beim Anmelden wird nicht mehr nach einem Code einer Authenticator-App gefragt.',
  passkey_added: 'Zu Ihrem Konto kam ein Passkey hinzu.',
  passkey_removed: 'Von Ihrem Konto wurde ein Passkey entfernt.',
  recovery_codes: 'Ihr Konto hat neue Wiederherstellungscodes; die bisherigen gelten nicht mehr.',
}

const notYou: Block = {
  note: say`Wenn Sie das nicht waren, setzen Sie sofort Ihr Passwort zurück und prüfen Sie die Geräte auf der Seite Ihres Kontos.`,
}
const once: Block = {
  note: say`Der Link gilt einmal, 30 Minuten lang. Wenn Sie nicht darum gebeten haben, tun Sie nichts: Es ändert sich nichts.`,
}

const account = (url: (path: string) => string): Block => ({ button: 'Ihr Konto', href: url('/account') })

export const deAccount: AccountLetters = {
  'confirm-email': (_data, { link }) => ({
    subject: say`Bestätigen Sie Ihre E-Mail-Adresse`,
    heading: say`Ist das Ihre E-Mail-Adresse?`,
    blocks: [
      { text: say`Bestätigen Sie sie, damit wir Ihnen von Ihren Käufen und Verkäufen schreiben können.` },
      { button: 'Adresse bestätigen', href: link },
      once,
    ],
  }),
  'reset-password': (_data, { link }) => ({
    subject: say`Setzen Sie Ihr Passwort zurück`,
    heading: say`Wählen Sie ein neues Passwort`,
    blocks: [
      { text: say`Jemand, vermutlich Sie, hat für diese Adresse um ein neues Passwort gebeten.` },
      { button: 'Neues Passwort wählen', href: link },
      once,
    ],
  }),
  'email-change-old': ({ newEmail }, { link }) => ({
    subject: say`E-Mail-Adresse ändern?`,
    heading: say`Soll Ihr Konto zu einer anderen Adresse wechseln?`,
    blocks: [
      { text: say`Die neue Adresse ist ${newEmail}. Sie gilt, sobald sie hier und dort bestätigt wurde.` },
      { button: 'Ja, ändern', href: link },
      once,
      notYou,
    ],
  }),
  'email-change-new': (_data, { link }) => ({
    subject: say`Bestätigen Sie Ihre neue E-Mail-Adresse`,
    heading: say`Ist das Ihre neue E-Mail-Adresse?`,
    blocks: [
      { text: say`Ein Konto bei Fairpass soll zu dieser Adresse wechseln. Sie gilt, sobald sie bestätigt wurde.` },
      { button: 'Adresse bestätigen', href: link },
      once,
    ],
  }),
  'security-changed': ({ change, at }, { time, url }) => ({
    subject: say`Die Sicherheit Ihres Kontos wurde geändert`,
    heading: say`Ihr Konto wurde geändert`,
    blocks: [{ text: say`${changed[change]}` }, { facts: [['Wann', say`${time(at)}`]] }, notYou, account(url)],
  }),
  'new-sign-in': ({ device, at }, { time, url }) => ({
    subject: say`Neue Anmeldung in Ihrem Konto`,
    heading: say`Jemand hat sich mit einem neuen Gerät angemeldet`,
    blocks: [
      {
        facts: [
          ['Gerät', say`${device || 'unbekannt'}`],
          ['Wann', say`${time(at)}`],
        ],
      },
      { text: say`Wenn Sie das waren, ist nichts zu tun.` },
      notYou,
      account(url),
    ],
  }),
  'account-erased': () => ({
    subject: say`Ihr Konto wurde gelöscht`,
    heading: say`Ihr Konto gibt es nicht mehr`,
    blocks: [
      {
        text: say`Was darin persönlich war, wurde auf Ihren Wunsch gelöscht. Dies ist die letzte Mail an diese Adresse.`,
      },
    ],
  }),
}
