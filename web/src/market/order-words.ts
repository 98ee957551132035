import type { Order } from './shapes.ts'

export const ORDER_WORDS: Record<Order['status'], string> = {
  created: 'Waiting for your payment',
  settling: 'Payment being taken',
  completed: 'Paid',
  cancelled: 'Cancelled',
  refunded: 'Refunded',
}

const REASONS: Record<string, string> = {
  expired: 'The time to pay ran out, so the ticket was given free again. You have paid nothing.',
  buyer: 'You cancelled this order. You have paid nothing.',
  payment_failed: 'The payment did not go through, so the ticket was given free again. You have paid nothing.',
}

export const cancelWords = (reason: string | null | undefined): string =>
  REASONS[reason ?? ''] ?? 'This order was cancelled. You have paid nothing.'

/** Stripe's test PaymentMethods; the local double knows them, too. */
export const TEST_CARDS = [
  ['pm_card_visa', 'Visa that works'],
  ['pm_card_mastercard', 'Mastercard that works'],
  ['pm_card_chargeDeclined', 'Card that is declined'],
  ['pm_card_chargeDeclinedInsufficientFunds', 'Card without enough money'],
] as const
