import type { search as english } from '../en/search.ts'

// Texts of the listing, and of searches.
export const search: typeof english = {
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
    description: 'Suchen, die Ihnen Neues melden.',
    save: 'Neue Tickets melden',
    saveHint: 'Per Mail, höchstens stündlich.',
    none: 'Noch keine. Suchen Sie Tickets, und speichern Sie dort die Suche.',
    saved: 'Gespeichert: Sie bekommen eine Mail, wenn etwas passt.',
    ended: 'Die Suche ist beendet.',
    end: 'Beenden',
  },
}
