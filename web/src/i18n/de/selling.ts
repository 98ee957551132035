import type { selling as english } from '../en/selling.ts'

// Texts of listings of one’s own.
export const selling: typeof english = {
  listings: {
    title: 'Meine Angebote',
    description: 'Die Tickets, die Sie verkaufen.',
    none: 'Sie verkaufen noch nichts.',
    edit: 'Bearbeiten',
    editTitle: 'Angebot bearbeiten',
    editDescription: 'Ein Ticket, das Sie verkaufen, ändern oder zurückziehen.',
    save: 'Änderungen speichern',
    saved: 'Ihre Änderungen sind gespeichert.',
    notChangeable: 'Ein Ticket lässt sich nur ändern, solange es niemand kauft oder gekauft hat.',
    withdraw: 'Dieses Angebot zurückziehen',
    withdrawMeans: 'Es wird sofort nicht mehr angeboten und kommt nicht zurück. Sie können das Ticket neu anbieten.',
    withdrawn: 'Das Angebot ist zurückgezogen.',
    withdrawTicket: (title) => `${title} zurückziehen`,
    more: 'Weitere Angebote',
    sell: 'Ein Ticket verkaufen',
  },
  sell: {
    title: 'Ein Ticket verkaufen',
    description: 'Bieten Sie ein Ticket an, das Sie nicht nutzen können.',
    lead: 'Sie nennen den Preis. Solange jemand das Ticket kauft, kann es niemand sonst, und Sie können es nicht ändern.',
    titleHint: 'Was es ist und wer auftritt, so wie es auf dem Ticket steht.',
    startsAtHint: 'Was die Uhr vor Ort zeigen wird.',
    zoneHint: 'Die des Ortes, an dem es stattfindet.',
    priceHint: 'Etwa 25 oder 24,50.',
    descriptionHint: 'Was noch wichtig ist: eingeschränkte Sicht, ein Mindestalter.',
    whole: 'Der ganze Preis gehört Ihnen.',
    share: (share) => `Fairpass behält ${share} des Preises, der Rest gehört Ihnen.`,
    proceeds: (amount, share) => `Sie erhalten ${amount}, sobald es verkauft ist: den Preis abzüglich ${share}.`,
    faceValueHint: 'Was der Veranstalter dafür genommen hat.',
    file: 'Das Ticket selbst',
    fileHint:
      'Ein PDF, Bild oder Pass bis 3 MB, ausgewählt oder hierher gezogen. Es wird geprüft, versiegelt und nach der Zahlung dem Käufer gegeben. Ohne Datei geben Sie das Ticket innerhalb eines Tages nach dem Verkauf selbst weiter.',
    fileAgain:
      'Wählen Sie die Datei noch einmal aus: Der Browser behält sie nicht. Ohne sie geben Sie das Ticket selbst weiter.',
    fileTooLarge: 'Diese Datei ist größer als 3 MB.',
    sending: 'Ihr Ticket wird gesendet.',
    reading: 'Ihr Ticket wird gelesen.',
    progress: 'Wie viel davon gesendet ist',
    sendingLost:
      'Die Verbindung ist abgebrochen. Drücken Sie noch einmal auf den Knopf; doppelt eingestellt wird nichts.',
    uploadUncertain:
      'Ob Ihr Ticket angekommen ist, ist nicht bekannt. Sehen Sie erst unter Ihren Angeboten nach: Dort lässt sich auch die Datei hinzufügen.',
    withoutBarcode: 'Trotzdem anbieten; wer kauft, erfährt, dass kein Barcode gefunden wurde.',
    uploaded: 'Ihr Ticket wurde gelesen und wird angeboten.',
    submit: 'Zum Verkauf anbieten',
    sayWhen: 'Geben Sie an, wann es beginnt: Datum und Uhrzeit',
    noSuchTime: 'Diese Uhrzeit gibt es dort an dem Tag nicht: Die Uhren werden vorgestellt',
    sayPrice: (currency) => `Geben Sie den Preis in ${currency} an, etwa 25`,
    priceBounds: (least: string, most: string) => `Der Preis muss zwischen ${least} und ${most} liegen`,
    faceValueBounds: (least: string, most: string) => `Der Nennwert muss zwischen ${least} und ${most} liegen`,
    sayFaceValue: (share) =>
      `Geben Sie an, was der Veranstalter für das Ticket genommen hat: Der Preis darf höchstens ${share} davon betragen`,
    priceCap: (most: string, share: string) => `Der Preis darf höchstens ${most} betragen: ${share} des Nennwerts`,
    priceSteps: (step: string) => `Der Preis geht in Schritten von ${step}`,
  },
}
