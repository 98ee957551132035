import { NotFoundError } from '@fairpass/sdk/errors'
import { Id, onlyFrom } from '@fairpass/sdk/http'
import { Hono } from 'hono'
import * as v from 'valibot'
import { toData } from './domain/ticket.ts'
import type { Tickets } from './store.ts'

type Deps = { tickets: Pick<Tickets, 'findConfirmed'> }

/** The routes for other services, which import nothing of tickets but their type. */
export const createInternalRoutes = ({ tickets }: Deps) =>
  // BUY is refused for good over a miss.
  new Hono().get('/internal/tickets/:id', onlyFrom('orders'), async (c) => {
    const id = c.req.param('id')
    const ticket = v.is(Id, id) ? await tickets.findConfirmed(id) : undefined
    if (!ticket) throw new NotFoundError('There is no such ticket')
    return c.json(toData(ticket))
  })

export type InternalRoutes = ReturnType<typeof createInternalRoutes>
