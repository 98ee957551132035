import { NotFoundError } from '@fairpass/sdk/errors'
import { Id } from '@fairpass/sdk/http'
import type { ServiceContext } from '@fairpass/sdk/service'
import * as v from 'valibot'
import type { Order } from '../domain/order.ts'
import type { Handovers } from './store.ts'

export type HandoverDeps = {
  handovers: Handovers
  find: (id: string) => Promise<Order | undefined>
  context: Pick<ServiceContext, 'identity' | 'idempotent'>
}

export const orderOr404 = (order: Order | undefined): Order => {
  if (!order) throw new NotFoundError('There is no such order')
  return order
}

/** Finds and changes orders for one of the two whom they belong to; everybody else gets a 404. */
export const createAccess = ({ handovers, find }: Pick<HandoverDeps, 'handovers' | 'find'>) => {
  const findOr404 = async (id: string) => orderOr404(v.is(Id, id) ? await find(id) : undefined)
  const changeAs = async (role: 'buyerId' | 'sellerId', id: string, userId: string, next: (order: Order) => Order) => {
    const order = await findOr404(id)
    if (order[role] !== userId) throw new NotFoundError('There is no such order')
    return orderOr404(await handovers.change(id, next))
  }
  return { findOr404, changeAs }
}
