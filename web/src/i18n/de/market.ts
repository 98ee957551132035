import type { market as english } from '../en/market.ts'

// Texts of a ticket, and of what is offered.
export const market: typeof english = {
  ticket: {
    name: 'Ticket',
    where: 'Wo',
    promises: {
      held: ['Ihres, solange Sie bezahlen', 'Sobald Sie auf Kaufen drücken, kann es niemand sonst nehmen.'],
      charged: ['Abgebucht, wenn es Ihres ist', 'Geld fließt erst, wenn das Ticket sicher ist.'],
      refunded: ['Von selbst erstattet', 'Was zu spät bezahlt wird, geht an Sie zurück.'],
    },
    when: 'Wann',
    description: (title, where, when, price) => `${title}, ${where}, ${when}, für ${price}.`,
    asFile: 'Es liegt schon hier: Sie haben es, sobald es bezahlt ist.',
    asTransfer: 'Es geht innerhalb eines Tages an Ihre E-Mail-Adresse, oder Ihr Geld geht an Sie zurück.',
    unchecked: 'Ohne erkannten Barcode.',
  },
  offer: {
    label: 'Angebot',
    sold: 'Dieses Ticket ist verkauft.',
    withdrawn: 'Das Angebot wurde zurückgezogen.',
    begun: 'Die Veranstaltung hat begonnen.',
    coming: 'Dieses Ticket ist noch nicht hochgeladen.',
    yours: 'Sie verkaufen dieses Ticket.',
    buy: (price) => `Kaufen für ${price}`,
    held: 'Jemand kauft dieses Ticket gerade.',
    yourCheckout: 'Sie kaufen dieses Ticket gerade: zur Bestellung',
    soonFree: 'Vielleicht ist es bald wieder frei.',
    freeBy: 'Wird es nicht bezahlt, ist es spätestens um {time} wieder frei.',
    tellMe: 'Sagt mir, wenn es frei ist',
    willTell: 'Alle in der Schlange erfahren es zugleich; wer zuerst kauft, bekommt es. Lassen Sie diese Seite offen.',
    place: (place, waiting) => `Sie sind Nummer ${place} von ${waiting} in der Schlange.`,
    placeUntil: 'Ihr Platz gilt bis {time}.',
    leave: 'Die Schlange verlassen',
    isFree: 'Das Ticket ist wieder frei. Seien Sie schnell!',
    freeTitle: 'Wieder frei:',
  },
}
