import type { Guard } from '../guard.ts'

const payments = 'services/payments/src/payment/payments.test.ts'
const captures = 'services/payments/src/payment/captures.test.ts'
const steps = 'services/payments/src/payment/steps.ts'
const undo = 'services/payments/src/payment/undo.ts'

/** Captured money has a completed order, or a refund within 60 s. */
export const money: Guard[] = [
  {
    promise: 2,
    name: 'the reconciler does not run',
    out: [
      {
        file: 'services/payments/src/main.ts',
        text: "    { everyMs: safetyNetMs, name: 'reconciler', work: () => reconcile({ payments, advance, log }) },\n",
        by: '',
      },
    ],
    test: {
      file: 'test/e2e/money.test.ts',
      name: 'a payment that was left between two steps ends without anybody asking again',
    },
  },
  {
    promise: 2,
    name: 'money for an order that cannot be completed is kept',
    out: [
      { file: steps, text: "isCompleted ? 'completed' : 'refunding'", by: "isCompleted ? 'completed' : 'completed'" },
    ],
    test: { file: payments, name: 'money taken for an order that ended meanwhile goes back' },
  },
  {
    promise: 2,
    name: 'money that came although it was given up is kept',
    out: [
      {
        file: undo,
        text: "  if (status === 'succeeded') return payments.moveTo(payment, 'refunding')\n  throw",
        by: "  if (status === 'succeeded') return payments.moveTo(payment, to)\n  throw",
      },
    ],
    test: {
      file: 'services/payments/src/payment/process.test.ts',
      name: 'a capture that lands after the order has ended ends the same wherever it is stopped',
    },
  },
  {
    promise: 2,
    name: 'nobody looks again at a payment that was given up',
    out: [
      {
        file: 'services/payments/src/payment/reconcile.ts',
        text: 'await paymentProcess.recheck(payment, intentId)\n    return true',
        by: 'return true',
      },
    ],
    test: {
      file: captures,
      name: 'money that comes for a payment that was given up goes back, though no webhook tells',
    },
  },
  {
    promise: 2,
    name: 'a look at captures begins a week ago, however long nobody looked',
    out: [
      {
        file: 'services/payments/src/payment/reconcile.ts',
        text: 'before ? before.getTime() - captureOverlapMs : now.getTime() - firstLookMs',
        by: 'now.getTime() - firstLookMs',
      },
    ],
    test: {
      file: captures,
      name: 'money that was taken by hand is found after weeks without a look, and behind any number of purchases',
    },
  },
  {
    promise: 2,
    name: 'a look at captures ends with the first page',
    out: [
      {
        file: 'services/payments/src/payment/reconcile.ts',
        text: 'page = next === undefined ?',
        by: 'page = next !== next ?',
      },
    ],
    test: {
      file: captures,
      name: 'money that was taken by hand is found after weeks without a look, and behind any number of purchases',
    },
  },
  {
    promise: 2,
    name: 'a look at captures passes what nobody has decided on',
    out: [
      {
        file: 'services/payments/src/payment/reconcile.ts',
        text: 'looked.latest && earlierOf(undecided, looked.latest)',
        by: 'looked.latest',
      },
    ],
    test: {
      file: captures,
      name: 'a payment that is given up after its capture was looked at is found by a later look',
    },
  },
  {
    promise: 2,
    name: 'a look at captures asks for the own intent of a payment, whichever was captured',
    out: [
      {
        file: 'services/payments/src/payment/reconcile.ts',
        text: 'await paymentProcess.recheck(payment, intentId)\n    return true',
        by: 'await paymentProcess.recheck(payment)\n    return true',
      },
    ],
    test: { file: captures, name: 'what another intent of a declined payment took goes back' },
  },
  {
    promise: 2,
    name: 'what was taken twice is kept',
    out: [
      {
        file: 'services/payments/src/payment/after-end.ts',
        text: "if (result.intent.status !== 'succeeded' || result.intent.isRefunded) return",
        by: "if (result.intent.status || takenTwice === '') return",
      },
    ],
    test: { file: captures, name: 'what another intent took of a buyer who has paid goes back, and the sale stands' },
  },
  {
    promise: 2,
    name: 'of two captures of one payment in a page one is looked at',
    out: [
      {
        file: 'services/payments/src/payment/store.ts',
        text: '      { _id: { $in: takenTwice } },\n',
        by: '      { _id: { $in: takenTwice.slice(takenTwice.length) } },\n',
      },
    ],
    test: { file: captures, name: 'what another intent took of a buyer who has paid goes back, and the sale stands' },
  },
  {
    promise: 2,
    name: 'money is taken whether or not the order agrees',
    out: [
      {
        file: steps,
        text: "if (isGranted) return capture(deps, payment, [...via, 'settled'], intentId)",
        by: "if (isGranted || via) return capture(deps, payment, [...via, 'settled'], intentId)",
      },
    ],
    test: { file: payments, name: 'an order that ends while the card is asked: nothing is taken' },
  },
  {
    promise: 2,
    name: 'what a card holds for an order that ended is not given up',
    out: [
      {
        file: undo,
        text: "  const result = await stripe.cancel(payment.intentId, keyOf('cancel', payment))\n",
        by: "  if (payment.status === 'cancelling') return payments.moveTo(payment, to)\n  const result = await stripe.cancel(payment.intentId, keyOf('cancel', payment))\n",
      },
    ],
    test: { file: payments, name: 'an order that ends while the card is asked: nothing is taken' },
  },
  {
    promise: 2,
    name: 'what a card holds for no payment stays held',
    out: [
      {
        file: 'services/payments/src/payment/after-end.ts',
        text: "if (result.intent.status === 'requires_capture') await",
        by: 'if (result === undefined) await',
      },
    ],
    test: {
      file: 'services/payments/src/payment/stray-holds.test.ts',
      name: 'a hold whose webhook is lost, too, is ended by looking',
    },
  },
  {
    promise: 2,
    name: 'a capture whose answer was lost counts as refused',
    out: [
      {
        file: steps,
        text: "  const result = await stripe.capture(intentId, keyOf('capture', payment))\n",
        by: "  const result = await stripe.capture(intentId, keyOf('capture', payment))\n  if (result.as === 'unknown') return moveOn('failing')\n",
      },
    ],
    test: { file: payments, name: 'capture that Stripe did but answered with 500 ends paid, once' },
  },
  {
    promise: 2,
    name: 'an order that refuses among others counts as one that agrees',
    out: [
      {
        file: 'services/payments/src/peers/orders.ts',
        text: "verdict === 'refused' ? false : undefined",
        by: "verdict === 'refused' ? true : undefined",
      },
    ],
    test: {
      file: 'services/payments/src/peers/orders.test.ts',
      name: 'each payment gets the word of its own order; what is not known together is asked alone',
    },
  },
  {
    promise: 2,
    name: 'of what several payments of one order say, only the last counts',
    out: [
      {
        file: 'services/orders/src/events.ts',
        text: 'some.reduce((changed, { data }) => change(changed, data.id), order)',
        by: 'some.slice(-1).reduce((changed, { data }) => change(changed, data.id), order)',
      },
    ],
    test: {
      file: 'services/orders/src/events.test.ts',
      name: 'each payment.failed counts, whichever comes last',
    },
  },
]
