import { now } from '@fairpass/sdk/clock'
import { body, describeRoute } from '@fairpass/sdk/http'
import type { SignedInEnv } from '@fairpass/sdk/identity'
import { Hono } from 'hono'
import { type Order, toPublic } from '../domain/order.ts'
import { OrderAnswer } from '../schemas.ts'
import { createAccess, type HandoverDeps } from './access.ts'
import { claim, receive } from './handover.ts'
import { claimRefusals, handoverRefusals, NewClaim } from './requests.ts'

/** A buyer confirms that a paid ticket arrived, or claims that it did not work. */
export const createBuyerRoutes = ({ handovers, find, context: { identity, idempotent } }: HandoverDeps) => {
  const { changeAs } = createAccess({ handovers, find })

  return new Hono<SignedInEnv>()
    .post(
      '/api/orders/:id/received',
      identity.signedIn,
      idempotent,
      describeRoute('The buyer has the ticket', { 200: OrderAnswer }, ...handoverRefusals),
      async (c) =>
        c.json(toPublic(await changeAs('buyerId', c.req.param('id'), c.var.user.id, (order) => receive(order, now())))),
    )
    .post(
      '/api/orders/:id/claim',
      identity.signedIn,
      idempotent,
      body(NewClaim),
      describeRoute(
        'The buyer says that it did not work: the payout waits until an admin has decided',
        { 200: OrderAnswer },
        ...claimRefusals,
      ),
      async (c) => {
        const { reason } = c.req.valid('json')
        const id = c.req.param('id')
        const isSoldOn = await handovers.isSoldOn(id)
        const next = (order: Order) => claim(order, reason, now(), isSoldOn)
        return c.json(toPublic(await changeAs('buyerId', id, c.var.user.id, next)))
      },
    )
}
