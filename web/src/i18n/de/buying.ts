import type { buying as english } from '../en/buying.ts'

// Texts of orders: checkout, handing over, and claims.
export const buying: typeof english = {
  order: {
    name: 'Bestellung',
    title: (ticket) => `Bestellung: ${ticket}`,
    total: 'Summe',
    status: {
      created: 'Wartet auf Ihre Zahlung',
      settling: 'Wird bezahlt',
      completed: 'Bezahlt',
      cancelled: 'Storniert',
      refunded: 'Erstattet',
    },
    sellerSuspended:
      'Das Konto, das dieses Ticket verkauft, wurde gesperrt, seit Sie auf Kaufen gedrückt haben. Sie können diese Bestellung noch bezahlen oder stornieren; danach wird das Ticket nicht mehr angeboten.',
    settling: 'Ihre Zahlung läuft. Diese Seite sagt Ihnen, sobald sie fertig ist.',
    receipt: 'Beleg',
    paid: 'Sie haben {total} bezahlt, das Ticket gehört Ihnen. Bestellnummer {number} vom {time}.',
    paidByCoupon:
      'Sie haben mit einem Gutschein bezahlt: Ihnen wurde nichts berechnet, das Ticket gehört Ihnen. Bestellnummer {number} vom {time}.',
    ended: {
      expired: 'Die Zeit zum Bezahlen ist abgelaufen, das Ticket ist wieder frei.',
      buyer: 'Sie haben diese Bestellung storniert.',
      payment_failed: 'Die Zahlung ist nicht zustande gekommen, das Ticket ist wieder frei.',
      other: 'Diese Bestellung wurde storniert.',
    },
    paidNothing: 'Sie haben nichts bezahlt.',
    next: 'Hat es niemand anderes genommen, können Sie wieder auf Kaufen drücken.',
    backToTicket: 'Zurück zum Ticket',
    refunded: 'Ihr Geld wurde zurücküberwiesen. Bis die Bank es zeigt, vergehen einige Tage.',
    refundedToCoupon:
      'Sie haben mit einem Gutschein bezahlt: Ihnen wurde nichts berechnet, also geht auch kein Geld zurück.',
  },
  orders: {
    title: 'Meine Käufe',
    description: 'Die Tickets, die Sie kaufen.',
    none: 'Sie haben noch nichts bestellt.',
    more: 'Weitere Bestellungen',
  },
  handover: {
    title: 'Ihr Ticket',
    codeAlt: 'Der Code Ihres Tickets für den Einlass',
    download: 'Als PDF herunterladen',
    calendar: 'In den Kalender',
    withoutBarcode:
      'Auf diesem Ticket wurde kein Barcode gefunden. Sehen Sie es an, und sagen Sie unten, wenn etwas nicht stimmt.',
    sentTo: 'Es kommt in der App des Veranstalters an {address}; diese Adresse wird dafür weitergegeben.',
    waiting: 'Die Verkäuferin oder der Verkäufer gibt das Ticket an Sie weiter.',
    waitingUntil:
      'Das Ticket wird bis {time} an Sie weitergegeben. Wenn nicht, bekommen Sie Ihr Geld von selbst zurück.',
    waitingUntilByCoupon:
      'Das Ticket wird bis {time} an Sie weitergegeben. Wenn nicht, wird Ihre Bestellung von selbst rückgängig gemacht.',
    sent: 'Das Ticket wurde an Sie weitergegeben, sagt, wer es verkauft hat.',
    overdue: 'Das Ticket wurde nicht rechtzeitig weitergegeben. Ihr Geld ist auf dem Weg zurück.',
    overdueByCoupon: 'Das Ticket wurde nicht rechtzeitig weitergegeben. Ihre Bestellung wird rückgängig gemacht.',
    received: 'Sie haben das Ticket.',
    confirm: 'Ich habe das Ticket',
    didNotWork: 'Es hat nicht funktioniert',
    whatHappened: 'Was ist passiert?',
    claimMeans: 'Bis einen Tag nach Beginn. Ausgezahlt wird erst, wenn darüber entschieden ist.',
    claim: 'Geld zurückverlangen',
    claimByCoupon: 'Bestellung rückgängig machen lassen',
    claimStatus: {
      open: 'Ein Fall, der geprüft wird',
      refunded: 'Ein Fall, der erstattet wurde',
      rejected: 'Ein Fall, der abgelehnt wurde',
    },
    sellerSays: 'Dazu sagt, wer verkauft hat:',
    weSay: 'Wir sagen dazu:',
    doubted: {
      buyer:
        'Wer Ihnen das Ticket verkauft hat, hat es hier gekauft, und dieser Kauf wurde rückgängig gemacht. Wir prüfen, ob es gültig ist: Ist es das nicht, wird Ihre Bestellung rückgängig gemacht, und Sie bekommen zurück, was Ihnen berechnet wurde. Sie müssen nichts tun.',
      seller:
        'Der Kauf, durch den Sie dieses Ticket hatten, wurde rückgängig gemacht. Ausgezahlt wird erst, wenn wir entschieden haben; sagen Sie uns, was Sie wissen.',
    },
    sales: 'Meine Verkäufe',
    salesDescription: 'Die Tickets, die Sie verkauft haben, und was noch zu tun ist.',
    soldOn: 'Sie haben dieses Ticket weiterverkauft: Es gehört nun dem neuen Käufer.',
    onSaleAgain: 'Es steht wieder zum Verkauf. Bis es jemand kauft, gehört es Ihnen.',
    seeListing: 'Preis ändern oder vom Markt nehmen',
    resell: 'Weiterverkaufen',
    resellMeans: (price) =>
      `Es wird, wie es ist, für ${price} angeboten; den Preis können Sie danach ändern. Ist es verkauft, sehen Sie es nicht mehr.`,
    notResold: {
      atThisPrice: 'Zu diesem Preis können Sie das Ticket nicht weiterverkaufen.',
      withoutFaceValue:
        'Sie können dieses Ticket nicht weiterverkaufen: Wie hoch ein Preis sein darf, richtet sich hier nach dem Nennwert, und das Angebot, das Sie gekauft haben, nannte keinen.',
    },
    kept: 'Es liegt auf diesem Gerät und öffnet sich auch ohne Netz.',
    keptNote: 'Auf diesem Gerät gespeichert. Ohne Netz lässt sich nicht sagen, ob die Bestellung noch Ihnen gehört.',
    noSales: 'Sie haben noch nichts verkauft.',
    moreSales: 'Ältere Verkäufe',
    sendBy: 'Geben Sie es bis {time} weiter, sonst wird die Bestellung erstattet.',
    sendTo: 'Senden Sie es in der App des Veranstalters an {address}; so erreichen Sie, wer gekauft hat.',
    haveSent: 'Ich habe es weitergegeben',
    isSent: 'Wer gekauft hat, erfährt es.',
    isAnswered: 'Ihre Antwort liegt dem Fall bei.',
    yourAnswer: 'Was sagen Sie dazu?',
    sendAnswer: 'Antworten',
    status: { waiting: 'Weiterzugeben', sent: 'Übergeben', received: 'Erhalten', overdue: 'Zu spät' },
    sentAt: 'übergeben: {time}',
    receivedAt: 'erhalten: {time}',
    evidence: 'Wann es hochgeladen wurde, und wer es geöffnet hat',
    noClaims: 'Hier gibt es keine Fälle.',
    decideRefund: 'Erstatten',
    decideReject: 'Auszahlen',
    isDecided: 'Der Fall ist entschieden.',
  },
  checkout: {
    pay: 'Bezahlen',
    payTotal: (total) => `${total} bezahlen`,
    testMode: 'Testbetrieb: Diese Karten sind erfunden, es fließt kein Geld.',
    testCard: 'Testkarte',
    cards: {
      visa: 'Visa, die funktioniert',
      mastercard: 'Mastercard, die funktioniert',
      declined: 'Karte, die abgelehnt wird',
      poor: 'Karte ohne genügend Guthaben',
      expired: 'Karte, die abgelaufen ist',
    },
    stripeTestMode: 'Testbetrieb: Es fließt kein Geld. 4242 4242 4242 4242 ist eine Karte, die funktioniert.',
    opening: 'Das Kartenformular wird geöffnet.',
    paying: 'Ihre Bank wird gefragt.',
    formAway:
      'Das Kartenformular ließ sich nicht öffnen. Das Ticket bleibt so lange für Sie reserviert, wie oben steht.',
    tryAgain: 'Noch einmal versuchen',
    needsScripts: 'Mit Karte bezahlen geht nur mit JavaScript. Ein Gutschein geht auch ohne.',
    paymentsAway:
      'Zahlungen sind gerade nicht möglich. Das Ticket bleibt so lange für Sie reserviert, wie oben steht; bitte versuchen Sie es gleich noch einmal.',
    declines: {
      generic_decline: 'Ihre Karte wurde abgelehnt. Ihre Bank kann Ihnen sagen, warum.',
      authentication_required:
        'Ihre Karte wurde abgelehnt: Ihre Bank möchte, dass Sie die Zahlung bestätigen, was auf diesem Weg nicht geht.',
      card_not_supported: 'Ihre Karte wurde abgelehnt: Sie ist für solche Zahlungen nicht gedacht.',
      card_velocity_exceeded:
        'Ihre Karte wurde abgelehnt: Sie wurde in kurzer Zeit zu oft oder für zu viel Geld benutzt.',
      currency_not_supported: 'Ihre Karte wurde abgelehnt: Sie zahlt nicht in dieser Währung.',
      expired_card: 'Ihre Karte wurde abgelehnt: Sie ist abgelaufen.',
      incorrect_cvc: 'Ihre Karte wurde abgelehnt: Die Prüfziffer stimmt nicht.',
      incorrect_number: 'Ihre Karte wurde abgelehnt: Die Nummer stimmt nicht.',
      insufficient_funds: 'Ihre Karte wurde abgelehnt: Das Guthaben reicht nicht.',
      processing_error:
        'Ihre Karte wurde abgelehnt: Die Bank konnte sie gerade nicht verarbeiten. Ein weiterer Versuch kann gelingen.',
    },
    haveCoupon: 'Haben Sie einen Gutschein?',
    redeem: 'Gutschein einlösen',
    cancel: 'Bestellung stornieren',
  },
  countdown: {
    heldUntil: 'Das Ticket ist für Sie reserviert bis {time}:',
    left: (time) => `noch ${time}`,
    over: 'die Zeit ist um',
    soon: 'Es bleiben weniger als zwei Minuten zum Bezahlen.',
    ending: 'Ihre Bestellung wird beendet, einen Moment.',
  },
}
