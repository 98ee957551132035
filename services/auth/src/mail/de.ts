import type { SecurityChange } from './kinds.ts'
import type { Block } from './letter.ts'
import { type Phrase, say } from './phrase.ts'
import { factsOf, type Words } from './wording.ts'

const names = { time: 'Wann', place: 'Wo' }

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

const until = (time: Phrase): [string, Phrase] => ['Bis', time]
const account = (url: (path: string) => string): Block => ({ button: 'Ihr Konto', href: url('/account') })

export const de: Words = {
  footer: 'Sie erhalten diese Mail wegen Ihres Kontos bei Fairpass.',
  unsubscribe: 'Keine solchen Mails mehr senden',
  letters: {
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
    bought: (sale, pen) => ({
      subject: say`Ihr Ticket für ${sale.title ?? 'die Veranstaltung'}`,
      heading: say`Gekauft: ${sale.title ?? 'ein Ticket'}`,
      blocks: [
        {
          facts: [
            ...factsOf(sale, names, pen),
            ['Bezahlt, mit allen Gebühren', say`${pen.money(sale.total)}`],
            ['Bestellung', say`${sale.orderId}`],
          ],
        },
        { button: 'Ticket ansehen', href: pen.url(`/orders/${sale.orderId}`) },
        { note: say`Dies ist Ihr Beleg. Der Termin für Ihren Kalender liegt bei.` },
      ],
    }),
    sold: (sale, pen) => ({
      subject: say`Verkauft: ${sale.title ?? 'Ihr Ticket'}`,
      heading: say`${sale.title ?? 'Ihr Ticket'} ist verkauft`,
      blocks: [
        { facts: [...factsOf(sale, names, pen), ['Bezahlt wurden', say`${pen.money(sale.total)}`]] },
        { text: say`Ausgezahlt wird nach der Veranstaltung.` },
        { button: 'Angebot ansehen', href: pen.url(`/listings/${sale.ticketId}`) },
      ],
    }),
    'hand-over': ({ deadline, ...sale }, pen) => ({
      subject: say`Bitte übergeben: ${sale.title ?? 'Ihr Ticket'}`,
      heading: say`Das Ticket wird erwartet`,
      blocks: [
        {
          text: say`Senden Sie ${sale.title ?? 'das Ticket'} an den Käufer, und bestätigen Sie das auf der Seite Ihres Angebots.`,
        },
        {
          facts: [
            ...(deadline ? [until(say`${pen.time(deadline, sale.timeZone)}`)] : []),
            ...factsOf(sale, names, pen),
          ],
        },
        { button: 'Übergeben', href: pen.url(`/listings/${sale.ticketId}`) },
        { note: say`Danach kann der Käufer sein Geld zurückverlangen.` },
      ],
    }),
    'handed-over': (sale, pen) => ({
      subject: say`Ihr Ticket ist unterwegs: ${sale.title ?? 'Ihre Bestellung'}`,
      heading: say`Der Verkäufer hat Ihr Ticket übergeben`,
      blocks: [
        { facts: factsOf(sale, names, pen) },
        { button: 'Bestellung ansehen', href: pen.url(`/orders/${sale.orderId}`) },
      ],
    }),
    refunded: (sale, pen) => ({
      subject: say`Erstattet: ${sale.title ?? 'Ihre Bestellung'}`,
      heading: say`Sie erhalten Ihr Geld zurück`,
      blocks: [
        {
          facts: [
            ['Erstattet', say`${pen.money(sale.total)}`],
            ['Für', say`${sale.title ?? 'Ihre Bestellung'}`],
          ],
        },
        { text: say`Bis Ihre Bank es zeigt, vergehen einige Tage. Das Ticket gehört Ihnen nicht mehr.` },
        { button: 'Bestellung ansehen', href: pen.url(`/orders/${sale.orderId}`) },
      ],
    }),
    'ran-out': (sale, pen) => ({
      subject: say`Ihre Bestellung ist abgelaufen: ${sale.title ?? 'ein Ticket'}`,
      heading: say`Die Zeit zum Bezahlen ist um`,
      blocks: [
        {
          text: say`Die Bestellung für ${sale.title ?? 'das Ticket'} wurde nicht rechtzeitig bezahlt. Ihnen wurde nichts berechnet.`,
        },
        { button: 'Nachsehen, ob es noch da ist', href: pen.url(`/tickets/${sale.ticketId}`) },
      ],
    }),
    'paid-out': ({ total }, { money, url }) => ({
      subject: say`Sie erhalten ${money(total)}`,
      heading: say`${money(total)} sind auf dem Weg zu Ihnen`,
      blocks: [
        { text: say`Bis Ihre Bank es zeigt, vergehen einige Tage.` },
        { button: 'Einnahmen ansehen', href: url('/earnings') },
      ],
    }),
    'dispute-opened': (dispute, { money, url }) => ({
      subject: say`Eine Zahlung wird angefochten: ${dispute.title ?? 'einer Ihrer Verkäufe'}`,
      heading: say`Die Bank des Käufers will das Geld zurück`,
      blocks: [
        {
          facts: [
            ['Betrag', say`${money(dispute.total)}`],
            ['Für', say`${dispute.title ?? 'einer Ihrer Verkäufe'}`],
          ],
        },
        { text: say`Er wird einbehalten, bis die Bank entschieden hat; wir antworten ihr. Sie hören von uns.` },
        { button: 'Einnahmen ansehen', href: url('/earnings') },
      ],
    }),
    'dispute-decided': (dispute, { money, url }) => ({
      subject: say`Über die Anfechtung ist entschieden: ${dispute.title ?? 'einer Ihrer Verkäufe'}`,
      heading: dispute.won ? say`Die Anfechtung ist abgewiesen` : say`Die Anfechtung war erfolgreich`,
      blocks: [
        { facts: [['Betrag', say`${money(dispute.total)}`]] },
        {
          text: dispute.won
            ? say`Das Geld gilt wieder als eingenommen.`
            : say`Die Bank hat dem Käufer das Geld zurückgegeben; dieser Verkauf bringt Ihnen nichts ein.`,
        },
        { button: 'Einnahmen ansehen', href: url('/earnings') },
      ],
    }),
    'free-again': (show, pen) => ({
      subject: say`Wieder frei: ${show.title ?? 'ein Ticket'}`,
      heading: say`${show.title ?? 'Das Ticket'} ist wieder frei`,
      blocks: [
        { facts: factsOf(show, names, pen) },
        { text: say`Alle, die warten, erfahren es jetzt; wer zuerst auf Kaufen drückt, bekommt es.` },
        { button: 'Zum Ticket', href: pen.url(`/tickets/${show.ticketId}`) },
      ],
    }),
    withdrawn: (show, pen) => ({
      subject: say`Ihr Angebot wurde entfernt: ${show.title ?? 'ein Ticket'}`,
      heading: say`Ihr Angebot wurde entfernt`,
      blocks: [
        { text: say`Wir haben ${show.title ?? 'Ihr Angebot'} vom Markt genommen.` },
        { button: 'Angebote ansehen', href: pen.url('/listings') },
      ],
    }),
    'search-digest': ({ name, tickets }, { money, time, url }) => ({
      subject: say`Neue Tickets: ${name}`,
      heading: say`Neue Tickets für ${name}`,
      blocks: [
        {
          list: tickets.map(({ ticketId, title = '', city = '', startsAt, timeZone, price }) => ({
            text: say`${title}, ${city}, ${startsAt ? time(startsAt, timeZone) : ''}, ${money(price)}`,
            href: url(`/tickets/${ticketId}`),
          })),
        },
        { note: say`Höchstens eine solche Mail in der Stunde je Suche.` },
      ],
    }),
  },
}
