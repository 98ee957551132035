import type { Guard } from '../guard.ts'

const steps = 'services/payments/src/payout/steps.ts'
const unit = 'services/payments/src/payout/payouts.test.ts'

/** A seller is owed exactly what was sold, and is sent it once. */
export const payouts: Guard[] = [
  {
    promise: 5,
    name: 'whether a transfer was made is not asked before another',
    out: [
      {
        file: steps,
        text: '    if (made) return payouts.write(payout, payoutSent(payout, made, now()))\n',
        by: '',
      },
    ],
    test: {
      file: 'services/payments/src/payout/process.test.ts',
      name: 'sellers and books agree after any trouble',
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
]
