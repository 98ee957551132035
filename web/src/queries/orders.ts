import { query } from '@solidjs/router'
import { HandedSales, Order, Orders, PaymentState, Recipient } from '../domain/schemas/order.ts'
import { Ticket } from '../domain/schemas/ticket.ts'
import { cursorOf, loadOrFail, readOptional } from './load.ts'

export const readOrders = query((search: string) => loadOrFail('/api/orders', Orders, {}, cursorOf(search)), 'orders')

export const readOrder = query((id: string) => loadOrFail('/api/orders/:id', Order, { id }), 'order')

/** How the payment of an order stands; undefined when payments does not say. */
export const readPayment = query(
  (orderId: string) => readOptional('/api/payments/orders/:orderId', PaymentState, { orderId }),
  'payment',
)

/** The listing by which a bought ticket was sold on last; undefined when it was not. */
export const readResale = query(
  (orderId: string) => readOptional('/api/orders/:id/resale', Ticket, { id: orderId }),
  'resale',
)

export const readHandedSales = query(
  (search: string) => loadOrFail('/api/orders/sales', HandedSales, {}, cursorOf(search)),
  'handed-sales',
)

/** To whom a sold ticket is to be passed on; undefined when that cannot be said. */
export const readRecipient = query(
  (orderId: string) => readOptional('/api/users/recipients/:orderId', Recipient, { orderId }),
  'recipient',
)
