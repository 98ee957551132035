import type { Guard } from '../guard.ts'

const payments = 'services/payments/src/payment/payments.test.ts'
const idempotencyFile = 'sdk/src/http/idempotency.ts'
const idempotencyStore = 'sdk/src/http/idempotency-store.ts'
const unit = 'sdk/src/http/idempotency.test.ts'

/** The same idempotency key gives the same answer and one charge. */
export const idempotency: Guard[] = [
  {
    promise: 7,
    name: 'payments do not look at idempotency keys',
    out: [
      {
        file: 'services/payments/src/payment/routes.ts',
        text: '      idempotent,\n      body(NewPayment)',
        by: '      body(NewPayment)',
      },
    ],
    test: { file: payments, name: 'the same idempotency key pays once and answers alike' },
  },
  {
    promise: 7,
    name: 'an order may have several open payments',
    out: [
      {
        file: 'services/payments/src/payment/documents.ts',
        text: "    name: 'open',\n    unique: true,\n",
        by: "    name: 'open',\n",
      },
      // Numbering them keeps them apart, too.
      {
        file: 'services/payments/src/payment/documents.ts',
        text: "name: 'attempt', unique: true",
        by: "name: 'attempt'",
      },
    ],
    test: { file: payments, name: 'eight payments of one order at once: one charge' },
  },
  {
    promise: 7,
    name: 'a repeat whose first answer was never stored pays anew',
    out: [{ file: 'services/payments/src/payment/routes.ts', text: 'c.var.idempotentId ?? newId()', by: 'newId()' }],
    test: { file: payments, name: 'the same key pays once though the first answer was never stored' },
  },
  {
    promise: 7,
    name: 'an authorisation whose answer was lost is not looked for',
    out: [
      {
        file: 'services/payments/src/payment/steps.ts',
        text: "const { intent } = result.as === 'answered' ? result : await stripe.find(payment.id)",
        by: "const intent = result.as === 'answered' ? result.intent : undefined",
      },
    ],
    test: {
      file: 'services/payments/src/payment/stray-holds.test.ts',
      name: 'an authorisation whose answer was lost is found by its metadata, and used',
    },
  },
  {
    promise: 7,
    name: 'a card is asked again under a key that Stripe has forgotten',
    out: [
      {
        file: 'services/payments/src/payment/steps.ts',
        text: 'const mustKnow = isKeyForgotten(deps, payment)',
        by: 'const mustKnow = isKeyForgotten(deps, payment) && payment.createdAt < new Date(0)',
      },
    ],
    test: {
      file: 'services/payments/src/payment/process.test.ts',
      name: 'a card that pays moves the same money when a day passes wherever it is stopped',
    },
  },
  {
    promise: 7,
    name: 'a card is asked again though Stripe cannot say whether it was asked before',
    out: [
      {
        file: 'services/payments/src/payment/steps.ts',
        text: "if (mustKnow && found.as === 'unknown')",
        by: "if (mustKnow && found.as === 'unknown' && payment.createdAt < new Date(0))",
      },
    ],
    test: {
      file: 'services/payments/src/payment/stripe-away.test.ts',
      name: 'a card whose hold may be there is not asked again before Stripe can say so',
    },
  },
  {
    promise: 7,
    name: 'the intent of a capture that nobody could ask after is not noted',
    out: [
      {
        file: 'services/payments/src/payment/steps.ts',
        text: "if (seen.as !== 'answered') throw await underWay(deps, payment, result, intentId)",
        by: "if (seen.as !== 'answered') throw await underWay(deps, payment, result)",
      },
    ],
    test: {
      file: 'services/payments/src/payment/stripe-away.test.ts',
      name: 'a capture that nobody could ask after is finished without searching for it',
    },
  },
  {
    promise: 7,
    name: 'a repeat does not wait for the first answer',
    out: [
      {
        file: idempotencyStore,
        text: 'if (!isDuplicateKey(error)) throw error\n      return false\n',
        by: 'if (!isDuplicateKey(error)) throw error\n      return true\n',
      },
    ],
    test: { file: unit, name: 'eight at once with one key: done once, answered alike, cookies included' },
  },
  {
    promise: 7,
    name: 'a key is good for any request',
    out: [
      {
        file: idempotencyStore,
        text: 'if (!isSame && !isReleased) throw new IdempotencyKeyReusedError()\n',
        by: '\n',
      },
    ],
    test: { file: unit, name: 'another body under the same key is refused, another key is another request' },
  },
  {
    promise: 7,
    name: 'a key opens the answer of somebody else',
    out: [{ file: idempotencyFile, text: "c.var.user?.id ?? c.var.caller ?? 'anonymous'", by: "'anonymous'" }],
    test: { file: unit, name: "nobody gets another caller's answer, though key and body are the same" },
  },
  {
    promise: 7,
    name: 'a failure of ours is the answer for ever',
    out: [{ file: idempotencyFile, text: 'status < 500 && ', by: '' }],
    test: { file: unit, name: 'a failure on our side is not kept' },
  },
  {
    promise: 7,
    name: 'a repeat that is answered as before is charged by the limits',
    out: [
      {
        file: 'sdk/src/http/rate-limit.ts',
        text: '      if (isReplayed(c.res)) return limiter.refund(limit, subject)\n',
        by: '      isReplayed(c.res)\n',
      },
    ],
    test: {
      file: 'sdk/src/http/rate-limit.test.ts',
      name: 'a repeat under its Idempotency-Key costs nothing, with 2 of a budget of three free',
    },
  },
  {
    promise: 7,
    name: 'two files under one key pass for one',
    out: [
      {
        file: 'sdk/src/http/idempotency.ts',
        text: '    return bytes\n',
        by: '    return new TextDecoder().decode(bytes)\n',
      },
    ],
    test: {
      file: 'sdk/src/http/idempotency.test.ts',
      name: 'another file under the same key is refused, and so is the same file asked about otherwise',
    },
  },
  {
    promise: 7,
    name: 'a file is taken in another way under its key',
    out: [{ file: 'sdk/src/http/idempotency.ts', text: '...(search ? [search] : []), ', by: '' }],
    test: {
      file: 'sdk/src/http/idempotency.test.ts',
      name: 'another file under the same key is refused, and so is the same file asked about otherwise',
    },
  },
  {
    promise: 7,
    name: 'an upload passes its key by',
    out: [
      { file: 'services/tickets/src/file/routes.ts', text: '    idempotent,\n    rawBody,\n', by: '    rawBody,\n' },
    ],
    test: {
      file: 'services/tickets/src/file/routes.test.ts',
      name: 'a key replays the answer to its file, refuses another one, and is free where it listed the ticket',
    },
  },
  {
    promise: 7,
    name: 'a second press takes back what the first has listed',
    out: [{ file: 'web/src/actions/selling.ts', text: 'if (!isReplayed) await', by: 'await' }],
    test: {
      file: 'web/src/actions/selling.test.ts',
      name: 'a second press takes nothing back that the first has listed',
    },
  },
  {
    promise: 7,
    name: 'an upload whose end is not known is taken back',
    out: [{ file: 'web/src/actions/selling.ts', text: '  if (!isRefused)\n', by: '  if (uploaded.status < 400)\n' }],
    test: {
      file: 'web/src/actions/selling.test.ts',
      name: 'an upload whose end is not known takes nothing back, and says where to look',
    },
  },
  {
    promise: 7,
    name: 'the next file of a form takes the place of the one before',
    out: [
      {
        file: 'web/src/actions/selling.ts',
        text: 'if (!file) return { idempotencyKey }',
        by: 'return { idempotencyKey }',
      },
    ],
    test: {
      file: 'web/src/actions/selling.test.ts',
      name: 'the same form with another file is another listing, with the same file the same one',
    },
  },
]
