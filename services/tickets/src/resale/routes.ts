import { NotFoundError } from '@fairpass/sdk/errors'
import { body, describeRoute, type IdempotencyEnv } from '@fairpass/sdk/http'
import { newId } from '@fairpass/sdk/mongo'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import { ClaimIsOpenError } from '../domain/resale.ts'
import { toPublic } from '../domain/ticket.ts'
import { findBought } from '../file/routes.ts'
import { NewTicket } from '../listing.ts'
import type { Orders } from '../peers/orders.ts'
import { TicketAnswer } from '../schemas.ts'
import type { Resales } from './resale.ts'

const Wish = v.strictObject({ priceCents: v.optional(NewTicket.entries.priceCents) })

type Deps = {
  resales: Resales
  orders: Pick<Orders, 'find'>
  context: Pick<ServiceContext, 'identity' | 'idempotent'>
}

/** Selling on what was bought here. */
export const createResaleRoutes = ({ resales, orders, context: { identity, idempotent } }: Deps) =>
  new Hono<IdempotencyEnv>()
    .post(
      '/api/orders/:id/resale',
      identity.confirmed,
      idempotent,
      body(Wish),
      describeRoute(
        'Sell on what was bought, at the price that was paid or at another; its file goes along',
        { 201: TicketAnswer },
        'not_found',
        'resale_not_possible',
        'ticket_already_listed',
      ),
      async (c) => {
        const order = await findBought(orders, c.req.param('id'), c.var.user.id)
        const id = c.var.idempotentId ?? newId()
        const listed = await resales.list(order, { id, priceCents: c.req.valid('json').priceCents })
        // The sale that it came by may have been undone, or claimed, a moment before this one was stored.
        const { status, claimStatus } = await orders.find(order.id)
        if (status !== 'completed') {
          await resales.undo(order)
          throw new NotFoundError('There is no such order')
        }
        if (claimStatus === 'open') {
          await resales.withdraw(order.id)
          throw new ClaimIsOpenError()
        }
        return c.json(toPublic(listed), 201)
      },
    )
    .get(
      '/api/orders/:id/resale',
      identity.signedIn,
      describeRoute('The listing by which a bought ticket was sold on last', { 200: TicketAnswer }, 'not_found'),
      async (c) => {
        const order = await findBought(orders, c.req.param('id'), c.var.user.id)
        const listed = await resales.latestOf(order.id)
        if (!listed) throw new NotFoundError('This ticket has not been listed again')
        return c.json(toPublic(listed))
      },
    )
