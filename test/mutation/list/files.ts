import type { Guard } from '../guard.ts'

const routes = 'services/tickets/src/file/routes.ts'
const barcodeStore = 'services/tickets/src/file/barcode-store.ts'
const link = 'services/tickets/src/file/link.ts'
const linkTest = 'services/tickets/src/file/link.test.ts'
const seal = 'services/tickets/src/file/seal.ts'
const resaleTest = 'test/e2e/resale.test.ts'
const listedOnce = 'services/tickets/src/file/listed-once.test.ts'
const offlineTest = {
  file: 'test/browser/handover.test.ts',
  name: 'a ticket that was opened once opens without a network, until its buyer signs out',
}
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
    out: [{ file: barcodeStore, text: '{ _id: fingerprint, ...mine }, set', by: '{ _id: fingerprint }, set' }],
    test: { file: test, name: 'the same ticket as PDF, photo and pass is refused, also by twenty at once' },
  },
  {
    promise: 10,
    name: 'the same code in another symbology is another ticket',
    out: [{ file: seal, text: ", macOf(secret, 'payload')(payload)]", by: ']' }],
    test: {
      file: listedOnce,
      name: 'of twenty claims at the very same moment, in five symbologies, one stands',
    },
  },
  {
    promise: 10,
    name: 'what was noted by its symbology alone counts in no other',
    out: [
      {
        file: seal,
        text: '    alike: symbologies.filter((symbology) => symbology !== barcode.symbology).map(of),',
        by: '    alike: [],',
      },
    ],
    test: { file: listedOnce, name: 'what an earlier Fairpass noted, by symbology alone, counts in each' },
  },
  {
    promise: 10,
    name: 'what was bought is put up for sale twice',
    out: [
      {
        file: 'services/tickets/src/store.ts',
        text: "        name: 'one resale',\n        unique: true,",
        by: "        name: 'one resale',",
      },
    ],
    test: {
      file: 'services/tickets/src/file/files.test.ts',
      name: 'only what is in one’s hands is sold on, before it begins, once without a file, too',
    },
  },
  {
    promise: 9,
    name: 'whoever sold a ticket on still opens it',
    out: [{ file: routes, text: 'if (await resales.isSoldOn(order.id)) throw', by: "if (userId === '') throw" }],
    test: { file: resaleTest, name: 'what was bought is sold on with one press; then it is the next buyer’s alone' },
  },
  {
    promise: 9,
    name: 'a link is good for ever',
    out: [{ file: link, text: 'claims.until <= now() || ', by: '' }],
    test: { file: linkTest, name: 'it is its maker’s for a minute, and then nobody’s' },
  },
  {
    promise: 9,
    name: 'a link opens any order of its maker',
    out: [{ file: link, text: 'claims.orderId !== orderId || ', by: '' }],
    test: { file: linkTest, name: 'it opens no other order' },
  },
  {
    promise: 9,
    name: 'a link outlives its session',
    out: [{ file: link, text: ' || !(await isStillSignedIn(user))', by: '' }],
    test: { file: linkTest, name: 'it ends with the session in which it was made' },
  },
  {
    promise: 9,
    name: 'a ticket stays on the phone of whoever signs out',
    out: [
      {
        file: 'web/src/offline/kept-tickets.ts',
        text: 'if (name.startsWith(cachePrefix) && name !== own) await',
        by: 'if (name === cachePrefix) await',
      },
    ],
    test: offlineTest,
  },
  {
    promise: 9,
    name: 'without a network the ticket is not there',
    out: [{ file: 'web/public/ticket-worker.js', text: '(await keptPage(pathname)) ?? ', by: '' }],
    test: offlineTest,
  },
  {
    promise: 9,
    name: 'a file whose commit got no answer is removed from under its listing',
    out: [{ file: 'services/tickets/src/file/upload.ts', text: 'if (!mayBeStored) await', by: 'await' }],
    test: {
      file: 'services/tickets/src/file/files.test.ts',
      name: 'a file whose commit got no answer, or whose forerunner could not be erased, opens',
    },
  },
  {
    promise: 9,
    name: 'a file that is sold on is removed when its commit got no answer',
    out: [{ file: 'services/tickets/src/resale/resale.ts', text: 'if (isNotCommitted(error)) await', by: 'await' }],
    test: {
      file: 'services/tickets/src/file/files.test.ts',
      name: 'what is sold on opens, though its commit got no answer',
    },
  },
  {
    promise: 10,
    name: 'of a file that is sent twice at once, the slower is refused for the quicker',
    out: [{ file: 'services/tickets/src/file/upload.ts', text: 'if (stored) return stored', by: 'void stored' }],
    test: {
      file: 'services/tickets/src/file/listed-once.test.ts',
      name: 'a file of two tickets that is sent several times at once lists both, and each is answered alike',
    },
  },
]
