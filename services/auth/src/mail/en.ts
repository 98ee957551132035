import type { SecurityChange } from './kinds.ts'
import type { Block } from './letter.ts'
import { type Phrase, say } from './phrase.ts'
import { factsOf, type Words } from './wording.ts'

const names = { time: 'When', place: 'Where' }

const changed: Record<SecurityChange, string> = {
  password: 'Your password was changed, and all other devices were signed out.',
  email: 'Your account has a new email address.',
  totp_added: 'Signing in now asks for a code of your authenticator app.',
  totp_removed: 'Signing in no longer asks for a code of an authenticator app.',
  passkey_added: 'A passkey was added to your account.',
  passkey_removed: 'A passkey was taken off your account.',
  recovery_codes: 'Your account has new recovery codes; the ones before are of no use.',
}

const notYou: Block = {
  note: say`If this wasn’t you, reset your password at once, and look at your devices on your account’s page.`,
}
const once: Block = {
  note: say`The link works once, for 30 minutes. If you didn’t ask for this, do nothing: nothing will change.`,
}

const until = (time: Phrase): [string, Phrase] => ['Until', time]
const account = (url: (path: string) => string): Block => ({ button: 'Your account', href: url('/account') })

export const en: Words = {
  footer: 'You get this mail because of your account at Fairpass.',
  unsubscribe: 'Send me no more of these',
  letters: {
    'confirm-email': (_data, { link }) => ({
      subject: say`Confirm your email address`,
      heading: say`Is this your email address?`,
      blocks: [
        { text: say`Confirm it, so that we can tell you of what you buy and sell.` },
        { button: 'Confirm the address', href: link },
        once,
      ],
    }),
    'reset-password': (_data, { link }) => ({
      subject: say`Reset your password`,
      heading: say`Choose a new password`,
      blocks: [
        { text: say`Somebody, probably you, asked for a new password for this address.` },
        { button: 'Choose a new password', href: link },
        once,
      ],
    }),
    'email-change-old': ({ newEmail }, { link }) => ({
      subject: say`Change your email address?`,
      heading: say`Shall your account move to another address?`,
      blocks: [
        { text: say`The new address is ${newEmail}. It counts once it was confirmed both here and there.` },
        { button: 'Yes, change it', href: link },
        once,
        notYou,
      ],
    }),
    'email-change-new': (_data, { link }) => ({
      subject: say`Confirm your new email address`,
      heading: say`Is this your new email address?`,
      blocks: [
        { text: say`An account at Fairpass shall move to this address. It counts once it was confirmed.` },
        { button: 'Confirm the address', href: link },
        once,
      ],
    }),
    'security-changed': ({ change, at }, { time, url }) => ({
      subject: say`The security of your account was changed`,
      heading: say`Your account was changed`,
      blocks: [{ text: say`${changed[change]}` }, { facts: [['When', say`${time(at)}`]] }, notYou, account(url)],
    }),
    'new-sign-in': ({ device, at }, { time, url }) => ({
      subject: say`New sign-in to your account`,
      heading: say`Somebody signed in from a new device`,
      blocks: [
        {
          facts: [
            ['Device', say`${device || 'unknown'}`],
            ['When', say`${time(at)}`],
          ],
        },
        { text: say`If that was you, there is nothing to do.` },
        notYou,
        account(url),
      ],
    }),
    'account-erased': () => ({
      subject: say`Your account was erased`,
      heading: say`Your account is gone`,
      blocks: [{ text: say`What was personal in it was erased, as you asked. This is the last mail to this address.` }],
    }),
    bought: (sale, pen) => ({
      subject: say`Your ticket for ${sale.title ?? 'the event'}`,
      heading: say`You bought ${sale.title ?? 'a ticket'}`,
      blocks: [
        {
          facts: [
            ...factsOf(sale, names, pen),
            ['Paid, all fees included', say`${pen.money(sale.total)}`],
            ['Order', say`${sale.orderId}`],
          ],
        },
        { button: 'See your ticket', href: pen.url(`/orders/${sale.orderId}`) },
        { note: say`This is your receipt. The event for your calendar is attached.` },
      ],
    }),
    sold: (sale, pen) => ({
      subject: say`Sold: ${sale.title ?? 'your ticket'}`,
      heading: say`${sale.title ?? 'Your ticket'} is sold`,
      blocks: [
        { facts: [...factsOf(sale, names, pen), ['The buyer paid', say`${pen.money(sale.total)}`]] },
        { text: say`You are paid out after the event.` },
        { button: 'See your listing', href: pen.url(`/listings/${sale.ticketId}`) },
      ],
    }),
    'hand-over': ({ deadline, ...sale }, pen) => ({
      subject: say`Please hand over: ${sale.title ?? 'your ticket'}`,
      heading: say`Your buyer waits for the ticket`,
      blocks: [
        { text: say`Send ${sale.title ?? 'the ticket'} to its buyer, and say so on the page of your listing.` },
        {
          facts: [
            ...(deadline ? [until(say`${pen.time(deadline, sale.timeZone)}`)] : []),
            ...factsOf(sale, names, pen),
          ],
        },
        { button: 'Hand it over', href: pen.url(`/listings/${sale.ticketId}`) },
        { note: say`When the time has passed, the buyer can have the money back.` },
      ],
    }),
    'handed-over': (sale, pen) => ({
      subject: say`Your ticket is on its way: ${sale.title ?? 'your order'}`,
      heading: say`The seller has handed your ticket over`,
      blocks: [
        { facts: factsOf(sale, names, pen) },
        { button: 'See your order', href: pen.url(`/orders/${sale.orderId}`) },
      ],
    }),
    refunded: (sale, pen) => ({
      subject: say`Refunded: ${sale.title ?? 'your order'}`,
      heading: say`You get your money back`,
      blocks: [
        {
          facts: [
            ['Refunded', say`${pen.money(sale.total)}`],
            ['For', say`${sale.title ?? 'your order'}`],
          ],
        },
        { text: say`It takes your bank a few days to show it. The ticket is no longer yours.` },
        { button: 'See your order', href: pen.url(`/orders/${sale.orderId}`) },
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
  },
}
