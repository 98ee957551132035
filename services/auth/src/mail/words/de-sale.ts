import type { DataByKind } from '../kinds.ts'
import type { Block } from '../letter.ts'
import { linesOf, type Phrase, say } from '../phrase.ts'
import { factsOf, type Pen, type SaleLetters } from './wording.ts'

const names = { time: 'Wann', place: 'Wo', section: 'Block', row: 'Reihe', seat: 'Platz' }

/** What the seller of a ticket in an organiser’s app has to do. */
const handingOver = ({ deadline, timeZone }: DataByKind['hand-over'], { time }: Pick<Pen, 'time'>): Block[] => [
  {
    text: say`Senden Sie das Ticket in der App des Veranstalters an den Käufer: An welche Adresse, steht auf der Seite Ihrer Verkäufe. Bestätigen Sie es danach dort.`,
  },
  ...(deadline === undefined ? [] : [{ facts: [['Bis', say`${time(deadline, timeZone)}`]] } satisfies Block]),
  { note: say`Ist die Zeit um, erhält der Käufer sein Geld zurück, und Sie werden nicht ausgezahlt.` },
]

const decided: Record<'buyer' | 'seller', Record<'refunded' | 'rejected', Phrase>> = {
  buyer: {
    refunded: say`Wir haben für Sie entschieden: Ihre Bestellung ist rückgängig gemacht, und was Ihnen berechnet wurde, ist auf dem Weg zurück.`,
    rejected: say`Wir sahen keinen Grund, Ihre Bestellung rückgängig zu machen; was der Verkäufer schrieb, steht auf ihrer Seite.`,
  },
  seller: {
    refunded: say`Wir haben für den Käufer entschieden; dieser Verkauf bringt Ihnen nichts ein.`,
    rejected: say`Wir haben für Sie entschieden: Sie werden ausgezahlt wie bei jedem anderen Verkauf.`,
  },
}

/** How the buyer comes to have it. Who paid with a coupon was charged nothing, and gets nothing back. */
const arrival = ({ kind, deadline, timeZone }: DataByKind['bought'], { time }: Pick<Pen, 'time'>): Block[] => {
  if (kind === 'file')
    return [{ text: say`Ihr Ticket ist da: Öffnen Sie es auf Ihrem Telefon, und zeigen Sie am Einlass den Code.` }]
  if (kind === undefined || deadline === undefined) return []
  return [
    {
      text: say`Der Verkäufer übergibt es Ihnen bis ${time(deadline, timeZone)}. Geschieht das nicht, wird Ihre Bestellung von selbst rückgängig gemacht, und Sie erhalten zurück, was Ihnen berechnet wurde.`,
    },
  ]
}

export const deSale: SaleLetters = {
  bought: (sale, pen) => ({
    subject: say`Ihr Ticket für ${sale.title ?? 'die Veranstaltung'}`,
    heading: say`Gekauft: ${sale.title ?? 'ein Ticket'}`,
    blocks: [
      {
        facts: [
          ...factsOf(sale, names, pen),
          ['Preis, mit allen Gebühren', say`${pen.money(sale.total)}`],
          ['Bestellung', say`${sale.orderId}`],
        ],
      },
      ...arrival(sale, pen),
      { button: 'Ticket ansehen', href: pen.url(`/orders/${sale.orderId}`) },
      { note: say`Dies ist Ihr Beleg. Der Termin für Ihren Kalender liegt bei.` },
    ],
  }),
  sold: (sale, pen) => ({
    subject: say`Verkauft: ${sale.title ?? 'Ihr Ticket'}`,
    heading: say`${sale.title ?? 'Ihr Ticket'} ist verkauft`,
    blocks: [
      { facts: [...factsOf(sale, names, pen), ['Verkauft für', say`${pen.money(sale.total)}`]] },
      ...(sale.kind === 'transfer' ? handingOver(sale, pen) : [{ text: say`Der Käufer hat das Ticket schon.` }]),
      { text: say`Ausgezahlt wird nach der Veranstaltung.` },
      { button: 'Verkauf ansehen', href: pen.url(`/sales#${sale.orderId}`) },
    ],
  }),
  'hand-over': (sale, pen) => ({
    subject: say`Bitte übergeben: ${sale.title ?? 'Ihr Ticket'}`,
    heading: say`Das Ticket wird noch erwartet`,
    blocks: [
      { facts: factsOf(sale, names, pen) },
      ...handingOver(sale, pen),
      { button: 'Übergeben', href: pen.url(`/sales#${sale.orderId}`) },
    ],
  }),
  'handed-over': (sale, pen) => ({
    subject: say`Ihr Ticket ist unterwegs: ${sale.title ?? 'Ihre Bestellung'}`,
    heading: say`Der Verkäufer hat Ihr Ticket übergeben`,
    blocks: [
      { facts: factsOf(sale, names, pen) },
      {
        text: say`Sehen Sie in der App des Veranstalters nach. Bestätigen Sie, wenn Sie es haben; kommt es nicht an oder gilt es nicht, sagen Sie uns das dort.`,
      },
      { button: 'Bestellung ansehen', href: pen.url(`/orders/${sale.orderId}`) },
    ],
  }),
  'hand-over-overdue': (sale, pen) => ({
    subject: say`Nicht rechtzeitig übergeben: ${sale.title ?? 'Ihr Ticket'}`,
    heading: say`Ihr Verkauf ist rückgängig gemacht`,
    blocks: [
      {
        text: say`Sie haben nicht rechtzeitig bestätigt, dass ${sale.title ?? 'das Ticket'} übergeben ist. Der Käufer erhält sein Geld zurück, und Sie werden nicht ausgezahlt.`,
      },
      { facts: factsOf(sale, names, pen) },
      { button: 'Verkäufe ansehen', href: pen.url(`/sales#${sale.orderId}`) },
    ],
  }),
  refunded: (sale, pen) => {
    const bought = sale.title ?? 'Ihre Bestellung'
    const byCoupon = sale.total.cents === 0
    return {
      subject: byCoupon ? say`Ihre Bestellung ist rückgängig gemacht: ${bought}` : say`Erstattet: ${bought}`,
      heading: byCoupon ? say`Ihre Bestellung ist rückgängig gemacht` : say`Sie erhalten Ihr Geld zurück`,
      blocks: [
        {
          facts: [
            ...(byCoupon ? [] : ([['Erstattet', say`${pen.money(sale.total)}`]] satisfies [string, Phrase][])),
            ['Für', say`${bought}`],
          ],
        },
        ...(sale.isOverdue ? [{ text: say`Der Verkäufer hat das Ticket nicht rechtzeitig übergeben.` }] : []),
        {
          text: byCoupon
            ? say`Sie haben mit einem Gutschein bezahlt; Ihnen wurde nichts berechnet. Das Ticket gehört Ihnen nicht mehr.`
            : say`Bis Ihre Bank es zeigt, vergehen einige Tage. Das Ticket gehört Ihnen nicht mehr.`,
        },
        { button: 'Bestellung ansehen', href: pen.url(`/orders/${sale.orderId}`) },
      ],
    }
  },
  'claim-opened': ({ reason, ...sale }, pen) => ({
    subject: say`Der Käufer sagt, es habe nicht funktioniert: ${sale.title ?? 'einer Ihrer Verkäufe'}`,
    heading: say`Der Käufer sagt, das Ticket habe nicht funktioniert`,
    blocks: [
      { facts: [['Für', say`${sale.title ?? 'einer Ihrer Verkäufe'}`]] },
      { of: 'Der Käufer schreibt', quoted: linesOf(reason) },
      {
        text: say`Ausgezahlt wird erst, wenn wir entschieden haben. Sagen Sie uns, wie es war: Wir lesen beides, bevor wir entscheiden.`,
      },
      { button: 'Antworten', href: pen.url(`/sales#${sale.orderId}`) },
    ],
  }),
  'resale-in-doubt': ({ side, ...sale }, pen) => ({
    subject: say`Wir prüfen einen Verkauf: ${sale.title ?? 'ein Ticket'}`,
    heading: say`Der Verkauf davor wurde erstattet`,
    blocks: [
      { facts: [['Für', say`${sale.title ?? 'ein Ticket'}`]] },
      side === 'buyer'
        ? {
            text: say`Ihr Verkäufer hat dieses Ticket hier gekauft, und dieser Kauf wurde rückgängig gemacht. Wir prüfen, ob es gültig ist. Ist es gültig, behalten Sie es; ist es das nicht, wird Ihre Bestellung rückgängig gemacht, und Sie erhalten zurück, was Ihnen berechnet wurde. Sie müssen nichts tun; wurden Sie am Einlass abgewiesen, sagen Sie es uns.`,
          }
        : {
            text: say`Sie haben dieses Ticket hier gekauft und weiterverkauft, und der erste Kauf wurde rückgängig gemacht. Ausgezahlt wird der Weiterverkauf erst, wenn wir entschieden haben. Sagen Sie uns, was Sie wissen.`,
          },
      side === 'buyer'
        ? { button: 'Bestellung ansehen', href: pen.url(`/orders/${sale.orderId}`) }
        : { button: 'Antworten', href: pen.url(`/sales#${sale.orderId}`) },
    ],
  }),
  'claim-decided': ({ side, isRefunded, ...sale }, pen) => ({
    subject: say`Über die Reklamation ist entschieden: ${sale.title ?? 'ein Ticket'}`,
    heading: isRefunded ? say`Der Verkauf ist rückgängig gemacht` : say`Der Verkauf bleibt bestehen`,
    blocks: [
      { facts: [['Für', say`${sale.title ?? 'ein Ticket'}`]] },
      { text: decided[side][isRefunded ? 'refunded' : 'rejected'] },
      side === 'buyer'
        ? { button: 'Bestellung ansehen', href: pen.url(`/orders/${sale.orderId}`) }
        : { button: 'Verkäufe ansehen', href: pen.url(`/sales#${sale.orderId}`) },
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
}
