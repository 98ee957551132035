import type { Guard } from '../guard.ts'

const orderTest = 'services/orders/src/domain/order.test.ts'
const order = 'services/orders/src/domain/order.ts'
const timer = 'services/expiration/src/timer.test.ts'
const isDue = "order.status === 'created' && order.expiresAt <= now\n"
const clock = {
  file: 'services/expiration/src/events.ts',
  text: 'await expiration.schedule(open.map(({ data }) => new Date(data.expiresAt)))\n',
  by: 'void open\n',
}
const sweep = {
  file: 'services/orders/src/main.ts',
  text: 'work: () => expireOverdue(orders),\n',
  by: 'work: async () => undefined,\n',
}

/** Every hold ends by `expiresAt` + 30 s, never early, never while settling. */
export const expiry: Guard[] = [
  {
    promise: 3,
    name: 'an order expires without a look at its time',
    out: [
      {
        file: order,
        text: isDue,
        by: "order.status === 'created' && order.expiresAt <= order.expiresAt && now > new Date(0)\n",
      },
    ],
    test: { file: orderTest, name: 'expiry is never early and never ends a settling order' },
  },
  {
    promise: 3,
    name: 'an order expires while money is taken',
    out: [
      { file: order, text: isDue, by: "['created', 'settling'].includes(order.status) && order.expiresAt <= now\n" },
    ],
    test: { file: orderTest, name: 'expiry is never early and never ends a settling order' },
  },
  {
    promise: 3,
    name: 'an order is settled after its time',
    out: [
      { file: order, text: "order.status !== 'created' || order.expiresAt <= now", by: "order.status !== 'created'" },
    ],
    test: { file: orderTest, name: 'only the payment that settled in time completes' },
  },
  {
    promise: 3,
    name: 'another payment than the one that stopped the clock completes',
    out: [
      {
        file: order,
        text: "if (order.status !== 'settling' || order.paymentId !== paymentId) throw",
        by: "if (order.status !== 'settling') throw",
      },
    ],
    test: { file: orderTest, name: 'only the payment that settled in time completes' },
  },
  {
    promise: 3,
    name: 'reading a hold past its time does not free it',
    out: [
      {
        file: 'services/orders/src/hold/purchase.ts',
        text: 'if (hold.expiresAt > now) throw new TicketBeingCheckedOutError',
        by: 'throw new TicketBeingCheckedOutError',
      },
    ],
    test: {
      file: 'services/orders/src/hold/purchase.test.ts',
      name: 'a hold past its time is taken over, a settling one is not',
    },
  },
  {
    promise: 3,
    name: 'the hold of an order that ended stays',
    out: [
      {
        file: 'services/orders/src/publish.ts',
        text: 'soldTo(id) : releasedBy(id)',
        by: 'soldTo(id) : (hold: Hold) => hold',
      },
    ],
    test: { file: 'services/orders/src/hold/purchase.test.ts', name: 'a cancelled order frees the ticket at once' },
  },
  {
    promise: 3,
    name: 'neither reminder nor periodic look',
    out: [sweep, clock],
    test: {
      file: 'test/e2e/expiry.test.ts',
      name: 'an order ends when its time is over, never early, within two seconds',
    },
  },
  {
    promise: 3,
    name: 'no periodic look for what is overdue',
    out: [sweep],
    test: {
      file: 'test/e2e/expiry.test.ts',
      name: 'it ends in time although the scheduler is down when the time is over',
    },
  },
  {
    promise: 3,
    name: 'no reminder is ever registered',
    out: [clock],
    test: { file: timer, name: 'the second in which an order runs out is published as it begins' },
  },
  {
    promise: 3,
    name: 'the reminder has no period',
    out: [{ file: 'sdk/src/dapr/reminders.ts', text: 'ms`,\n      period,\n', by: 'ms`,\n' }],
    test: { file: timer, name: 'a reminder that cannot be carried out comes again until it can' },
  },
  {
    promise: 3,
    name: 'a second that has begun counts as registered',
    out: [
      {
        file: 'services/expiration/src/expiration.ts',
        text: 'if (second * 1000 > now().getTime()) remember(scheduled, second)',
        by: 'remember(scheduled, second)',
      },
    ],
    test: {
      file: 'services/expiration/src/expiration.test.ts',
      name: 'a second that has begun is registered for each order that comes',
    },
  },
  {
    promise: 3,
    name: 'the reminder ends before its second was published',
    out: [
      {
        file: 'services/expiration/src/expiration.ts',
        text: 'await publishDue(Number(id))',
        by: 'void publishDue(Number(id)).catch(() => {})',
      },
    ],
    test: {
      file: 'services/expiration/src/expiration.test.ts',
      name: 'the reminder is cancelled only once its second was published',
    },
  },
  {
    promise: 3,
    name: 'an order’s event is given up over a scheduler that is away',
    out: [
      {
        file: 'services/expiration/src/expiration.ts',
        text: 'register(second).catch(() => remember(missed, second))',
        by: 'register(second)',
      },
    ],
    test: {
      file: 'services/expiration/src/expiration.test.ts',
      name: 'a reminder that could not be registered is registered once the scheduler answers again',
    },
  },
  {
    promise: 3,
    name: 'reminders that wait are answered by the earliest of them',
    out: [{ file: 'services/expiration/src/expiration.ts', text: 'Math.max(...seconds)', by: 'Math.min(...seconds)' }],
    test: {
      file: 'services/expiration/src/expiration.test.ts',
      name: 'reminders that come while an event is on its way share the next one',
    },
  },
]
