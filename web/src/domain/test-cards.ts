/** Stripe's test PaymentMethods; the local double knows them, too. */
export const testCards = [
  ['pm_card_visa', 'visa'],
  ['pm_card_mastercard', 'mastercard'],
  ['pm_card_chargeDeclined', 'declined'],
  ['pm_card_chargeDeclinedInsufficientFunds', 'poor'],
  ['pm_card_chargeDeclinedExpiredCard', 'expired'],
] as const
