import type { Guard } from '../guard.ts'

const ledgerSource = 'services/payments/src/domain/ledger.ts'
const unit = 'services/payments/src/domain/ledger.test.ts'
const store = 'services/payments/src/payment/store.test.ts'

/** The ledger is double entry and sums to zero in each currency, always. */
export const ledger: Guard[] = [
  {
    promise: 5,
    name: 'an entry need not sum to zero',
    out: [{ file: ledgerSource, text: 'if (!isWhole || sum !== 0) throw', by: 'if (!isWhole) throw' }],
    test: { file: unit, name: 'an entry that does not sum to zero cannot be made' },
  },
  {
    promise: 5,
    name: 'an entry may hold fractions of a minor unit',
    out: [{ file: ledgerSource, text: 'if (!isWhole || sum !== 0) throw', by: 'if (sum !== 0) throw' }],
    test: { file: unit, name: 'fractions of a minor unit are refused' },
  },
  {
    promise: 5,
    name: 'a refund books the sale once more',
    out: [
      {
        file: ledgerSource,
        text: 'reversed([...saleLines(payment), ...feeLines(payment)])',
        by: '[...saleLines(payment), ...feeLines(payment)]',
      },
    ],
    test: { file: unit, name: 'a refund takes back exactly what the capture gave' },
  },
  {
    promise: 5,
    name: 'what a card held stays in the books',
    out: [{ file: ledgerSource, text: 'before.isHeld && !after.isHeld', by: 'before.isHeld && before === after' }],
    test: { file: unit, name: 'every way through a payment leaves the books as they should be' },
  },
  {
    promise: 5,
    name: 'money is taken without an entry',
    out: [
      {
        file: ledgerSource,
        text: 'return [...released, ...capturedEntries(after)]\n    case',
        by: 'return released\n    case',
      },
    ],
    test: {
      file: 'services/payments/src/payment/payments.test.ts',
      name: 'a card pays the order, and the seller is owed for it',
    },
  },
  {
    promise: 5,
    name: 'money that goes straight back is never booked as taken',
    out: [
      {
        file: ledgerSource,
        text: 'isBooked ? released : [...released, ...capturedEntries(after)]',
        by: 'isBooked ? released : released',
      },
    ],
    test: {
      file: 'services/payments/src/payment/process.test.ts',
      name: 'a capture that lands after the order has ended ends the same wherever it is stopped',
    },
  },
  {
    promise: 5,
    name: 'an entry is written outside of its transaction',
    out: [
      {
        file: 'services/payments/src/ledger/store.ts',
        text: 'await entries.insertMany(stored, { session })',
        by: 'await entries.insertMany(stored, session ? {} : { session })',
      },
    ],
    test: { file: store, name: 'a payment moves together with its entry, or neither does' },
  },
  {
    promise: 5,
    name: 'a payment moves outside of its transaction',
    out: [
      {
        file: 'services/payments/src/payment/moves.ts',
        text: 'await documents.replace(before, after, outboxOf, { session })',
        by: 'await documents.replace(before, after, outboxOf)',
      },
    ],
    test: { file: store, name: 'a payment moves together with its entry, or neither does' },
  },
  {
    promise: 5,
    name: 'payments that are captured together move outside of their transaction',
    out: [
      {
        file: 'services/payments/src/payment/moves.ts',
        text: 'await documents.replaceEach(moves, outboxOf, { session })',
        by: 'await documents.replaceEach(moves, outboxOf)',
      },
    ],
    test: {
      file: store,
      name: 'of payments that are captured together, each moves with its entries, or neither does',
    },
  },
  {
    promise: 5,
    name: 'the check of the ledger sees nothing',
    out: [{ file: 'services/payments/src/ledger/check.ts', text: '=> sum !== 0)', by: '=> Number.isNaN(sum))' }],
    test: { file: store, name: 'the check finds what was written past the ledger' },
  },
]
