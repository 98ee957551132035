import type { DataByKind } from '../kinds.ts'
import type { Block } from '../letter.ts'
import { linesOf, type Phrase, say } from '../phrase.ts'
import { factsOf, type Pen, type SaleLetters } from './wording.ts'

const names = { time: 'When', place: 'Where', section: 'Section', row: 'Row', seat: 'Seat' }

/** What the seller of a ticket in an organiser’s app has to do. */
const handingOver = ({ deadline, timeZone }: DataByKind['hand-over'], { time }: Pick<Pen, 'time'>): Block[] => [
  {
    text: say`Send the ticket to its buyer in the organiser’s app: the page of your sales tells you to which address. Then say there that you have.`,
  },
  ...(deadline === undefined ? [] : [{ facts: [['Until', say`${time(deadline, timeZone)}`]] } satisfies Block]),
  { note: say`When the time has passed, the buyer gets the money back, and you are not paid.` },
]

const decided: Record<'buyer' | 'seller', Record<'refunded' | 'rejected', Phrase>> = {
  buyer: {
    refunded: say`We have decided for you: your order is undone, and what you were charged is on its way back.`,
    rejected: say`We found no reason to undo your order; its page says what the seller wrote.`,
  },
  seller: {
    refunded: say`We have decided for the buyer, so this sale earns you nothing.`,
    rejected: say`We have decided for you: you are paid as for any other sale.`,
  },
}

/** How the buyer comes to have it. Who paid with a coupon was charged nothing, and gets nothing back. */
const arrival = ({ kind, deadline, timeZone }: DataByKind['bought'], { time }: Pick<Pen, 'time'>): Block[] => {
  if (kind === 'file')
    return [{ text: say`Your ticket is ready: open it on your phone and show its code at the door.` }]
  if (kind === undefined || deadline === undefined) return []
  return [
    {
      text: say`The seller passes it on to you by ${time(deadline, timeZone)}. If that does not happen, your order is undone by itself, and you get back what you were charged.`,
    },
  ]
}

export const enSale: SaleLetters = {
  bought: (sale, pen) => ({
    subject: say`Your ticket for ${sale.title ?? 'the event'}`,
    heading: say`You bought ${sale.title ?? 'a ticket'}`,
    blocks: [
      {
        facts: [
          ...factsOf(sale, names, pen),
          ['Price, all fees included', say`${pen.money(sale.total)}`],
          ['Order', say`${sale.orderId}`],
        ],
      },
      ...arrival(sale, pen),
      { button: 'See your ticket', href: pen.url(`/orders/${sale.orderId}`) },
      { note: say`This is your receipt. The event for your calendar is attached.` },
    ],
  }),
  sold: (sale, pen) => ({
    subject: say`Sold: ${sale.title ?? 'your ticket'}`,
    heading: say`${sale.title ?? 'Your ticket'} is sold`,
    blocks: [
      { facts: [...factsOf(sale, names, pen), ['Sold for', say`${pen.money(sale.total)}`]] },
      ...(sale.kind === 'transfer' ? handingOver(sale, pen) : [{ text: say`Its buyer has the ticket already.` }]),
      { text: say`You are paid out after the event.` },
      { button: 'See your sale', href: pen.url(`/sales#${sale.orderId}`) },
    ],
  }),
  'hand-over': (sale, pen) => ({
    subject: say`Please hand over: ${sale.title ?? 'your ticket'}`,
    heading: say`Your buyer still waits for the ticket`,
    blocks: [
      { facts: factsOf(sale, names, pen) },
      ...handingOver(sale, pen),
      { button: 'Hand it over', href: pen.url(`/sales#${sale.orderId}`) },
    ],
  }),
  'handed-over': (sale, pen) => ({
    subject: say`Your ticket is on its way: ${sale.title ?? 'your order'}`,
    heading: say`The seller has handed your ticket over`,
    blocks: [
      { facts: factsOf(sale, names, pen) },
      {
        text: say`Look into the organiser’s app. Once you have it, say so; if it does not come, or does not work, tell us there.`,
      },
      { button: 'See your order', href: pen.url(`/orders/${sale.orderId}`) },
    ],
  }),
  'hand-over-overdue': (sale, pen) => ({
    subject: say`Not handed over in time: ${sale.title ?? 'your ticket'}`,
    heading: say`Your sale is undone`,
    blocks: [
      {
        text: say`You did not say in time that you had handed over ${sale.title ?? 'the ticket'}. The buyer gets the money back, and you are not paid.`,
      },
      { facts: factsOf(sale, names, pen) },
      { button: 'See your sales', href: pen.url(`/sales#${sale.orderId}`) },
    ],
  }),
  refunded: (sale, pen) => {
    const bought = sale.title ?? 'your order'
    const byCoupon = sale.total.cents === 0
    return {
      subject: byCoupon ? say`Your order is undone: ${bought}` : say`Refunded: ${bought}`,
      heading: byCoupon ? say`Your order is undone` : say`You get your money back`,
      blocks: [
        {
          facts: [
            ...(byCoupon ? [] : ([['Refunded', say`${pen.money(sale.total)}`]] satisfies [string, Phrase][])),
            ['For', say`${bought}`],
          ],
        },
        ...(sale.isOverdue ? [{ text: say`The seller did not hand the ticket over in time.` }] : []),
        {
          text: byCoupon
            ? say`You paid with a coupon, so nothing had been charged. The ticket is no longer yours.`
            : say`It takes your bank a few days to show it. The ticket is no longer yours.`,
        },
        { button: 'See your order', href: pen.url(`/orders/${sale.orderId}`) },
      ],
    }
  },
  'claim-opened': ({ reason, ...sale }, pen) => ({
    subject: say`Your buyer says that it did not work: ${sale.title ?? 'a sale of yours'}`,
    heading: say`Your buyer says that the ticket did not work`,
    blocks: [
      { facts: [['For', say`${sale.title ?? 'a sale of yours'}`]] },
      { of: 'The buyer writes', quoted: linesOf(reason) },
      { text: say`You are not paid until we have decided. Tell us your side: we read both before we do.` },
      { button: 'Answer', href: pen.url(`/sales#${sale.orderId}`) },
    ],
  }),
  'resale-in-doubt': ({ side, ...sale }, pen) => ({
    subject: say`We are looking at a sale: ${sale.title ?? 'a ticket'}`,
    heading: say`The sale before this one was refunded`,
    blocks: [
      { facts: [['For', say`${sale.title ?? 'a ticket'}`]] },
      side === 'buyer'
        ? {
            text: say`Your seller bought this ticket here, and that sale was undone. We are finding out whether it is good. If it is, you keep it; if it is not, your order is undone, and you get back what you were charged. You need do nothing; should you have been refused at the door, tell us.`,
          }
        : {
            text: say`You bought this ticket here and sold it on, and the first sale was undone. You are not paid for the second until we have decided. Tell us what you know.`,
          },
      side === 'buyer'
        ? { button: 'See your order', href: pen.url(`/orders/${sale.orderId}`) }
        : { button: 'Answer', href: pen.url(`/sales#${sale.orderId}`) },
    ],
  }),
  'claim-decided': ({ side, isRefunded, ...sale }, pen) => ({
    subject: say`The claim is decided: ${sale.title ?? 'a ticket'}`,
    heading: isRefunded ? say`The sale is undone` : say`The sale stands`,
    blocks: [
      { facts: [['For', say`${sale.title ?? 'a ticket'}`]] },
      { text: decided[side][isRefunded ? 'refunded' : 'rejected'] },
      side === 'buyer'
        ? { button: 'See your order', href: pen.url(`/orders/${sale.orderId}`) }
        : { button: 'See your sales', href: pen.url(`/sales#${sale.orderId}`) },
    ],
  }),
  'ran-out': (sale, pen) => ({
    subject: say`Your order has run out: ${sale.title ?? 'a ticket'}`,
    heading: say`Your time to pay is over`,
    blocks: [
      { text: say`The order for ${sale.title ?? 'the ticket'} was not paid in time. You were not charged.` },
      { button: 'Look whether it is still there', href: pen.url(`/tickets/${sale.ticketId}`) },
    ],
  }),
  'paid-out': ({ total }, { money, url }) => ({
    subject: say`You are paid ${money(total)}`,
    heading: say`${money(total)} are on their way to you`,
    blocks: [
      { text: say`It takes your bank a few days to show it.` },
      { button: 'See your earnings', href: url('/earnings') },
    ],
  }),
  'dispute-opened': (dispute, { money, url }) => ({
    subject: say`A payment is disputed: ${dispute.title ?? 'a sale of yours'}`,
    heading: say`Your buyer’s bank wants the money back`,
    blocks: [
      {
        facts: [
          ['Amount', say`${money(dispute.total)}`],
          ['For', say`${dispute.title ?? 'a sale of yours'}`],
        ],
      },
      { text: say`It is held back until the bank has decided; we answer it. You will hear from us.` },
      { button: 'See your earnings', href: url('/earnings') },
    ],
  }),
  'dispute-decided': (dispute, { money, url }) => ({
    subject: say`The dispute is decided: ${dispute.title ?? 'a sale of yours'}`,
    heading: dispute.won ? say`The dispute was won` : say`The dispute was lost`,
    blocks: [
      { facts: [['Amount', say`${money(dispute.total)}`]] },
      {
        text: dispute.won
          ? say`The money counts as earned again.`
          : say`The bank gave the money back to the buyer, so this sale earns you nothing.`,
      },
      { button: 'See your earnings', href: url('/earnings') },
    ],
  }),
  'free-again': (show, pen) => ({
    subject: say`Free again: ${show.title ?? 'a ticket'}`,
    heading: say`${show.title ?? 'The ticket'} is free again`,
    blocks: [
      { facts: factsOf(show, names, pen) },
      { text: say`Everybody who waits is told now; it is for whoever presses Buy first.` },
      { button: 'To the ticket', href: pen.url(`/tickets/${show.ticketId}`) },
    ],
  }),
  withdrawn: (show, pen) => ({
    subject: say`Your listing was taken down: ${show.title ?? 'a ticket'}`,
    heading: say`Your listing was taken down`,
    blocks: [
      { text: say`We have taken ${show.title ?? 'your listing'} off the market.` },
      { button: 'See your listings', href: pen.url('/listings') },
    ],
  }),
  'search-digest': ({ name, tickets }, { money, time, url }) => ({
    subject: say`New tickets: ${name}`,
    heading: say`New tickets for ${name}`,
    blocks: [
      {
        list: tickets.map(({ ticketId, title = '', city = '', startsAt, timeZone, price }) => ({
          text: say`${title}, ${city}, ${startsAt ? time(startsAt, timeZone) : ''}, ${money(price)}`,
          href: url(`/tickets/${ticketId}`),
        })),
      },
      { note: say`At most one such mail an hour for each search.` },
    ],
  }),
}
