import type { Guard } from '../guard.ts'

const holds = 'services/orders/src/hold/hold.test.ts'
const purchase = 'services/orders/src/hold/purchase.test.ts'

/** At most one active order for a ticket, however buyers interleave. */
export const oneOrder: Guard[] = [
  {
    promise: 1,
    name: 'state is written whoever wrote before',
    out: [{ file: 'sdk/src/dapr/state.ts', text: "concurrency: 'first-write'", by: "concurrency: 'last-write'" }],
    test: { file: holds, name: 'one writer wins, on a new ticket and on a used one' },
  },
  {
    promise: 1,
    name: 'a hold is written without its etag',
    out: [
      {
        file: 'services/orders/src/hold/hold.ts',
        text: 'dapr.saveState(keyOf(ticketId), hold, etag)',
        by: 'dapr.saveState(keyOf(ticketId), hold, void etag)',
      },
    ],
    test: { file: holds, name: 'one writer wins, on a new ticket and on a used one' },
  },
  {
    promise: 1,
    name: 'the etag of a hold is read after the decision',
    out: [
      {
        file: 'services/orders/src/hold/hold.ts',
        text: 'dapr.saveState(keyOf(ticketId), hold, etag)',
        by: 'read(ticketId).then((now) => dapr.saveState(keyOf(ticketId), hold, now.etag ?? etag))',
      },
    ],
    test: { file: holds, name: 'the store agrees with what the winners were told' },
  },
  {
    promise: 1,
    name: 'no unique index over active orders',
    out: [
      {
        file: 'services/orders/src/store.ts',
        text: "name: 'oneActive', unique: true, partialFilterExpression",
        by: "name: 'oneActive', partialFilterExpression",
      },
    ],
    test: { file: purchase, name: 'a lost hold is written back from the order' },
  },
  {
    promise: 1,
    name: 'a completed order does not count as active',
    out: [
      {
        file: 'services/orders/src/store.ts',
        text: "['created', 'settling', 'completed']\n",
        by: "['created', 'settling']\n",
      },
    ],
    test: { file: purchase, name: 'a sold ticket stays sold when the state store has lost its hold' },
  },
  {
    promise: 1,
    name: 'a hold that was lost is not written back',
    out: [
      {
        file: 'services/orders/src/hold/insert-order.ts',
        text: '    await rebuild(standing)\n',
        by: '    void rebuild\n',
      },
    ],
    test: { file: purchase, name: 'a lost hold is written back from the order' },
  },
  {
    promise: 1,
    name: 'every press of BUY asks for an order of its own',
    out: [
      {
        file: 'services/orders/src/hold/purchase.ts',
        text: 'if (own) return { order: own, isNew: false }\n    assertOffered',
        by: 'void own\n    assertOffered',
      },
      {
        file: 'services/orders/src/hold/purchase.ts',
        text: 'if (hold.buyerId === buyerId && hold.expiresAt > now) return resume(ticket, hold, now)',
        by: 'void resume',
      },
    ],
    test: { file: purchase, name: 'one order for one buyer, however often BUY is pressed' },
  },
  {
    promise: 1,
    name: 'any order may release a hold',
    out: [
      {
        file: 'services/orders/src/hold/hold.ts',
        text: "hold.status === 'held' && hold.orderId === orderId ? { status: 'free' }",
        by: "hold.status === 'held' && orderId ? { status: 'free' }",
      },
    ],
    test: { file: holds, name: 'a release by somebody else changes nothing' },
  },
  {
    promise: 1,
    name: 'a seller changes a ticket under a buyer',
    out: [
      {
        file: 'services/orders/src/hold/fence.ts',
        text: "(isFree(hold) ? { status: 'free', fence } : hold)",
        by: "(isFree(hold) ? { status: 'free' } : hold)",
      },
    ],
    test: { file: purchase, name: 'a buyer who comes while a change is under way never gets the ticket as it was' },
  },
]
