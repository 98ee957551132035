/** What is kept, and told to Stripe, of a refund that no admin gave a reason for. */
export const refundReasons = {
  claim: 'The ticket did not work',
  overdue: 'The ticket was not handed over in time',
  stripe: 'Refunded at Stripe',
} as const

type RefundCause = keyof typeof refundReasons
export const refundCauses = Object.keys(refundReasons) as [RefundCause, ...RefundCause[]]

/** Which of these it is, for pages in other languages; what an admin wrote is none, whatever it says. */
export const refundCauseOf = ({ reason, adminId }: { reason: string; adminId?: string }): RefundCause | undefined =>
  adminId === undefined ? refundCauses.find((cause) => refundReasons[cause] === reason) : undefined
