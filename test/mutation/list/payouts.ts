import type { Guard } from '../guard.ts'

const steps = 'services/payments/src/payout/steps.ts'
const unit = 'services/payments/src/payout/payouts.test.ts'

const doubts = 'services/orders/src/handover/resale.test.ts'

/** A seller is owed exactly what was sold, and is sent it once. */
export const payouts: Guard[] = [
  {
    promise: 5,
    name: 'whether a transfer was made is not asked before another',
    out: [
      {
        file: steps,
        text: '    const sentBefore = await findSent(payout)\n    if (sentBefore) return sentBefore\n',
        by: '',
      },
    ],
    test: { file: unit, name: 'a transfer of this round whose key Stripe has forgotten is not made again' },
  },
  {
    promise: 5,
    name: 'a failure that Stripe repeats is taken for a transfer that was not made',
    out: [
      {
        file: steps,
        text: '    const sentMeanwhile = await findSent(payout)\n    if (sentMeanwhile) return sentMeanwhile\n',
        by: '',
      },
    ],
    test: {
      file: unit,
      name: 'a replica that asked too early, and is told of a failure again, does not send it twice',
    },
  },
  {
    promise: 5,
    name: 'after a restore, what a transfer of a later round sent is sent again',
    out: [
      {
        file: 'services/payments/src/stripe/connect.ts',
        text: 'data.find((one) => roundOf(one) > transferAttempt && !one.reversed) ??',
        by: '',
      },
    ],
    test: {
      file: unit,
      name: 'a transfer of a later round, which a restored backup does not know whose key Stripe has forgotten is not made again',
    },
  },
  {
    promise: 8,
    name: 'a banned seller is paid out',
    out: [{ file: steps, text: 'if (await bans.isBanned(payout.sellerId))', by: 'if (bans === undefined)' }],
    test: { file: unit, name: 'a banned seller is not paid out until the ban is undone' },
  },
  {
    promise: 5,
    name: 'what is refunded stays with the seller',
    out: [
      {
        file: 'services/payments/src/payment/moves.ts',
        text: "      if (status === 'refunding') await payouts.refundIn(session, saved.id)\n",
        by: '',
      },
    ],
    test: { file: unit, name: 'what is refunded after it was sent comes back' },
  },
  {
    promise: 5,
    name: 'a disputed sale is paid out',
    out: [{ file: steps, text: "if (payout.disputes.length > 0) return stay(payout, 'dispute')", by: '' }],
    test: {
      file: 'services/payments/src/dispute/disputes.test.ts',
      name: 'a disputed sale is withheld, and sent once it is won',
    },
  },
  {
    promise: 5,
    name: 'a resale pays its seller, who got the money back for the ticket',
    out: [{ file: 'services/orders/src/events.ts', text: ', handovers.doubtResales)', by: ')' }],
    test: { file: doubts, name: 'the resale is looked at when the first sale is refunded, once' },
  },
  {
    promise: 5,
    name: 'a resale that is completed later pays its seller, who got the money back',
    out: [{ file: 'services/orders/src/events.ts', text: ', handovers.doubtIfResale)', by: ')' }],
    test: { file: doubts, name: 'a resale that is completed only afterwards is looked at, too' },
  },
  {
    promise: 5,
    name: 'whoever was paid for a ticket claims the money for it, too',
    out: [
      {
        file: 'services/orders/src/handover/handover.ts',
        text: '  if (isSoldOn)\n',
        by: '  if (isSoldOn && now.getTime() < 0)\n',
      },
    ],
    test: { file: doubts, name: 'whoever sold a ticket on claims nothing, unless that was refunded' },
  },
]
