import type { Guard } from '../guard.ts'

const routes = 'services/tickets/src/file/routes.ts'
const barcodeStore = 'services/tickets/src/file/barcode-store.ts'
const test = 'test/e2e/handover.test.ts'
const handedOut = { file: test, name: 'an uploaded ticket is the buyer’s once it is paid, and nobody else’s' }

/** Promises 9 and 10: who opens a ticket's file, and no barcode twice. */
export const files: Guard[] = [
  {
    promise: 9,
    name: 'a file is handed out before it is paid',
    out: [
      {
        file: routes,
        text: "order.buyerId !== userId || order.status !== 'completed'",
        by: 'order.buyerId !== userId',
      },
    ],
    test: handedOut,
  },
  {
    promise: 9,
    name: 'a file is handed to anybody who knows the order',
    out: [
      {
        file: routes,
        text: "order.buyerId !== userId || order.status !== 'completed'",
        by: "userId === '' || order.status !== 'completed'",
      },
    ],
    test: handedOut,
  },
  {
    promise: 10,
    name: 'whoever comes later takes a barcode over',
    out: [{ file: barcodeStore, text: '{ _id: current, ...mine }, set', by: '{ _id: current }, set' }],
    test: { file: test, name: 'the same ticket as PDF, photo and pass is refused, also by twenty at once' },
  },
]
