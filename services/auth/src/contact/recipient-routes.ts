import { NotFoundError } from '@fairpass/sdk/errors'
import { describeRoute, Id } from '@fairpass/sdk/http'
import type { SignedInEnv } from '@fairpass/sdk/identity'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Accounts } from '../account/store.ts'
import type { Orders } from '../peers/orders.ts'
import { RecipientAnswer } from '../schemas.ts'

type Deps = { accounts: Pick<Accounts, 'find'>; orders: Orders; context: Pick<ServiceContext, 'identity'> }

/** To whom a seller passes a sold ticket on: organisers' apps ask for an address. Nobody else learns it, and for nothing else. */
export const createRecipientRoutes = ({ accounts, orders, context: { identity } }: Deps) =>
  new Hono<SignedInEnv>().get(
    '/api/users/recipients/:orderId',
    identity.signedIn,
    describeRoute(
      'The address that a seller passes a sold ticket on to, while it is to be passed on',
      { 200: RecipientAnswer },
      'not_found',
    ),
    async (c) => {
      const id = c.req.param('orderId')
      const order = v.is(Id, id) ? await orders.find(id) : undefined
      const { kind, status } = order?.handover ?? {}
      const isToPassOn =
        order?.sellerId === c.var.user.id &&
        order.status === 'completed' &&
        kind === 'transfer' &&
        (status === 'waiting' || status === 'sent')
      const buyer = isToPassOn ? await accounts.find(order.buyerId) : undefined
      if (!buyer?.email) throw new NotFoundError('There is nobody to pass a ticket on to')
      return c.json({ email: buyer.email })
    },
  )
