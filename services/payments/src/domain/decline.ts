/**
 * Why a card was declined, as far as its holder may know. Stripe asks not to reveal that a card is lost, stolen or suspicious
 * (https://docs.stripe.com/declines/codes): a finder would learn that it has been reported.
 */
const shownCodes = [
  'authentication_required',
  'card_not_supported',
  'card_velocity_exceeded',
  'currency_not_supported',
  'expired_card',
  'incorrect_cvc',
  'incorrect_number',
  'insufficient_funds',
  'processing_error',
]

export const declineCodeOf = (code: string | undefined): string =>
  code !== undefined && shownCodes.includes(code) ? code : 'generic_decline'
