import type { market as english } from '../en/market.ts'

// Texts of the listing and of a ticket.
export const market: typeof english = {
  home: {
    title: 'Tickets von Mensch zu Mensch',
    description:
      'Tickets für Konzerte, Theater und Sport von Menschen, die verhindert sind, zu dem Preis, den sie nennen.',
    lead: 'Verkauft von denen, die nicht hingehen können, zu ihrem Preis. Wer auf Kaufen drückt, hat das Ticket beim Bezahlen für sich allein.',
    none: 'Kein Ticket passt dazu. Versuchen Sie es mit weniger Filtern.',
    found: (count) => `${count} ${count === 1 ? 'Ticket' : 'Tickets'} auf dieser Seite`,
    all: 'Alle Tickets zeigen',
    more: 'Weitere Tickets',
  },
  search: {
    label: 'Suche',
    placeholder: 'Künstler, Team, Ort oder Stadt',
    find: 'Tickets finden',
    filters: 'Filter und Reihenfolge',
    from: 'Von',
    to: 'Bis',
    lowestPrice: 'Preis ab',
    highestPrice: 'Preis bis',
    anyCurrency: 'Alle Währungen',
    sort: 'Reihenfolge',
    soonest: 'Die nächsten zuerst',
    cheapest: 'Die günstigsten zuerst',
    newest: 'Die neuesten zuerst',
  },
  searches: {
    title: 'Gespeicherte Suchen',
    description: 'Suchen, zu denen Sie benachrichtigt werden.',
    save: 'Neue Tickets melden',
    saveHint: 'Per Mail, höchstens einmal in der Stunde.',
    none: 'Sie haben noch keine Suche gespeichert. Suchen Sie nach Tickets und drücken Sie dort auf den Knopf.',
    saved: 'Die Suche ist gespeichert: Sie bekommen eine Mail, wenn ein neues Ticket passt.',
    ended: 'Die Suche ist beendet.',
    end: 'Beenden',
  },
  ticket: {
    name: 'Ticket',
    where: 'Wo',
    promises: {
      held: ['Ihres, solange Sie bezahlen', 'Sobald Sie auf Kaufen drücken, kann es niemand sonst nehmen.'],
      charged: ['Abgebucht, wenn es Ihres ist', 'Geld fließt erst, wenn das Ticket sicher ist.'],
      refunded: ['Von selbst erstattet', 'Käme eine Zahlung zu spät, ginge sie an Sie zurück.'],
    },
    when: 'Wann',
    description: (title, where, when, price) => `${title}, ${where}, ${when}, für ${price}.`,
    asFile: 'Das Ticket liegt schon hier: Sie haben es, sobald es bezahlt ist.',
    asTransfer:
      'Das Ticket wird innerhalb eines Tages an Ihre E-Mail-Adresse weitergegeben; wenn nicht, bekommen Sie Ihr Geld von selbst zurück.',
    unchecked: 'Auf ihm wurde kein Barcode gefunden.',
  },
  offer: {
    label: 'Angebot',
    sold: 'Dieses Ticket ist verkauft.',
    withdrawn: 'Das Angebot wurde zurückgezogen.',
    begun: 'Die Veranstaltung hat begonnen; dieses Ticket kann nicht mehr gekauft werden.',
    yours: 'Sie verkaufen dieses Ticket.',
    buy: (price) => `Kaufen für ${price}`,
    held: 'Jemand kauft dieses Ticket gerade.',
    soonFree: 'Vielleicht ist es bald wieder frei.',
    freeBy: 'Wird es nicht bezahlt, ist es spätestens um {time} wieder frei.',
    tellMe: 'Sagt mir, wenn es frei ist',
    willTell:
      'Alle in der Schlange erfahren es im selben Moment, und das Ticket bekommt, wer zuerst auf Kaufen drückt: Lassen Sie diese Seite offen.',
    place: (place, waiting) => `Sie sind Nummer ${place} von ${waiting} in der Schlange.`,
    placeUntil: 'Ihr Platz gilt bis {time}.',
    leave: 'Die Schlange verlassen',
    isFree: 'Das Ticket ist wieder frei. Seien Sie schnell!',
    freeTitle: 'Wieder frei:',
  },
}
