import { onlyFrom } from '@fairpass/sdk/http'
import { Hono } from 'hono'
import { type Ticket, toData } from './domain/ticket.ts'

type Deps = { findOr404: (id: string) => Promise<Ticket> }

/** The routes for other services, which import nothing of tickets but their type. */
export const createInternalRoutes = ({ findOr404 }: Deps) =>
  new Hono().get('/internal/tickets/:id', onlyFrom('orders'), async (c) =>
    c.json(toData(await findOr404(c.req.param('id')))),
  )

export type InternalRoutes = ReturnType<typeof createInternalRoutes>
