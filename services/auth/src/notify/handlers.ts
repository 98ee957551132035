import type { EventHandlers } from '@fairpass/sdk/events'
import type { Show } from '../mail/kinds.ts'
import { createClaimHandlers } from './claim-handlers.ts'
import type { Deps } from './deps.ts'
import { createMoneyHandlers } from './money-handlers.ts'
import { createOrderHandlers } from './order-handlers.ts'

const createListingHandlers = ({ mails }: Pick<Deps, 'mails'>): EventHandlers => ({
  'ticket.withdrawn': async ({ data: { id, sellerId, withdrawnBy, title, venue, city, startsAt, timeZone } }) => {
    if (withdrawnBy !== 'admin') return
    const data: Show = { ticketId: id, title, venue, city, startsAt, timeZone }
    await mails.owe([{ kind: 'withdrawn', cause: `ticket:${id}:withdrawn`, to: { userId: sellerId }, data }])
  },

  'search.matched': async ({ data: { id: searchId, version, userId, name, tickets } }) => {
    const data = {
      searchId,
      name,
      tickets: tickets.map(({ id: ticketId, priceCents: cents, currency, ...show }) => ({
        ...{ ...show, ticketId, price: { cents, currency } },
      })),
    }
    await mails.owe([{ kind: 'search-digest', cause: `search:${searchId}:${version}`, to: { userId }, data }])
  },

  'waitlist.notified': async ({ data: { id: ticketId, orderId, userIds, ...rest } }) => {
    const { title, venue, city, startsAt, timeZone } = rest
    const data: Show = { ticketId, title, venue, city, startsAt, timeZone }
    await mails.owe(
      userIds.map((userId) => ({
        kind: 'free-again' as const,
        cause: `waitlist:${orderId}:${userId}`,
        to: { userId },
        data,
      })),
    )
  },
})

/**
 * Which events owe whom a mail. Each mail has the event's own cause, so that an event that is delivered again, late or
 * out of order causes no second mail.
 */
export const createMailHandlers = (deps: Deps): EventHandlers => ({
  ...createOrderHandlers(deps),
  ...createClaimHandlers(deps),
  ...createMoneyHandlers(deps),
  ...createListingHandlers(deps),
})
