// Texts of a ticket, and of what is offered. What stands in {braces} is an element that the page puts there, see sentence.tsx.
export const market = {
  ticket: {
    name: 'Ticket',
    where: 'Where',
    promises: {
      held: ['Yours while you pay', 'From the moment you press Buy, nobody else can take it.'],
      charged: ['Charged once it is yours', 'Money moves only when the ticket is certain.'],
      refunded: ['Refunded by itself', 'Should a payment come too late, it goes back to you.'],
    },
    when: 'When',
    description: (title: string, where: string, when: string, price: string) =>
      `${title} at ${where}, ${when}, for ${price}.`,
    asFile: 'The ticket is here already: you have it as soon as it is paid.',
    asTransfer:
      'The seller passes the ticket on to your e-mail address within a day of the sale; if not, you get your money back by itself.',
    unchecked: 'No barcode was found on it.',
  },
  offer: {
    label: 'Offer',
    sold: 'This ticket is sold.',
    withdrawn: 'The seller has withdrawn this ticket.',
    begun: 'The event has begun, so this ticket can no longer be bought.',
    coming: 'The seller has not uploaded this ticket yet, so it cannot be bought.',
    yours: 'You are selling this ticket.',
    buy: (price: string) => `Buy for ${price}`,
    held: 'Somebody is checking this ticket out.',
    yourCheckout: 'You are checking this ticket out: to your order',
    soonFree: 'It may be free again soon.',
    freeBy: 'Unless they pay, it is free again by {time}.',
    tellMe: 'Tell me when it is free',
    willTell:
      'Everybody in line is told at the same moment, and the ticket is for whoever presses Buy first: leave this page open.',
    place: (place: number, waiting: number) => `You are number ${place} of ${waiting} in line.`,
    placeUntil: 'Your place lasts until {time}.',
    leave: 'Leave the line',
    isFree: 'The ticket is free again. Be quick!',
    freeTitle: 'Free again:',
  },
}
