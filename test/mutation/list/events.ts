import type { Guard } from '../guard.ts'

const collection = 'sdk/src/mongo/collection.test.ts'
const followed = 'services/tickets/src/domain/ticket.ts'
const tickets = 'services/tickets/src/events.test.ts'

/** A committed change has its events; they are published at least once; applying one twice, late or out of order changes nothing. */
export const events: Guard[] = [
  {
    promise: 4,
    name: 'a ticket does not look at the version of the order that it follows',
    out: [{ file: followed, text: 'return (reservation.version ?? 0) >= version', by: 'return false && version' }],
    test: { file: tickets, name: 'whatever repeats, is late or overtakes: the ticket ends where its last order ended' },
  },
  {
    promise: 4,
    name: 'a ticket follows an order that is older than the one it knows',
    out: [{ file: followed, text: 'return ageMs < 0 || ', by: 'return ' }],
    test: { file: tickets, name: 'whatever repeats, is late or overtakes: the ticket ends where its last order ended' },
  },
  {
    promise: 4,
    name: 'what failed counts as applied',
    out: [
      {
        file: 'services/tickets/src/events.ts',
        text: "return { status: 'rejected', reason: new NotFoundError",
        by: "return { status: 'fulfilled', value: new NotFoundError",
      },
    ],
    test: { file: tickets, name: 'an event whose work failed is applied when it comes again' },
  },
  {
    promise: 4,
    name: 'an event leaves the outbox whether or not it went out',
    out: [
      {
        file: 'sdk/src/mongo/outbox.ts',
        text: 'if (!failures.has(event.id)) document.published',
        by: 'if (failures) document.published',
      },
    ],
    test: {
      file: collection,
      name: 'events that could not be published wait in their document, and go out in order when the broker is back',
    },
  },
  {
    promise: 4,
    name: 'an event leaves the outbox before it went out',
    out: [
      {
        file: 'sdk/src/mongo/outbox.ts',
        text: '    let left = batch\n',
        by: '    let left = batch\n    await takeOut(batch.map((one) => ({ ...one, published: one.events.map(({ id }) => id) })))\n',
      },
    ],
    test: {
      file: collection,
      name: 'events that could not be published wait in their document, and go out in order when the broker is back',
    },
  },
  {
    promise: 4,
    name: 'nobody looks for what was left in an outbox',
    out: [
      {
        file: 'sdk/src/mongo/outbox.ts',
        text: '.map(({ id, outbox = [] }) => add(id, outbox)),',
        by: '.map(async () => {}),',
      },
    ],
    test: {
      file: collection,
      name: 'events that could not be published wait in their document, and go out in order when the broker is back',
    },
  },
  {
    promise: 4,
    name: 'the look into outboxes does not run in orders',
    out: [
      {
        file: 'services/orders/src/main.ts',
        text: "        orders.relay.loopOf('outbox'),\n",
        by: '',
      },
    ],
    test: { file: 'test/e2e/outbox.test.ts', name: 'what a killed process left in an outbox of orders goes out' },
  },
  {
    promise: 4,
    name: 'the events of a new document are written after it',
    out: [
      {
        file: 'sdk/src/mongo/writes.ts',
        text: 'await raw.insertOne(stored, options)',
        by: 'const { outbox: later, ...first } = stored as typeof stored & { outbox?: unknown }\n    await raw.insertOne(first as unknown as OptionalUnlessRequiredId<Stored<T>>, options)\n    if (later) await raw.updateOne(byId(saved.id), { $set: { outbox: later } } as unknown as UpdateFilter<Stored<T>>, options)',
      },
    ],
    test: { file: collection, name: 'a change and its events are one write' },
  },
  {
    promise: 4,
    name: 'the events of a change are written after it',
    out: [
      {
        file: 'sdk/src/mongo/writes.ts',
        text: '      ...(outbox.length > 0 ? { $push: { outbox: { $each: outbox } } } : {}),\n',
        by: '',
      },
      {
        file: 'sdk/src/mongo/writes.ts',
        text: '      throw new VersionConflictError()\n    }\n    return written(saved, outbox, options)\n',
        by: '      throw new VersionConflictError()\n    }\n    if (outbox.length > 0) await raw.updateOne(byId(before.id), { $push: { outbox: { $each: outbox } } } as unknown as UpdateFilter<Stored<T>>, options)\n    return written(saved, outbox, options)\n',
      },
    ],
    test: { file: collection, name: 'a change and its events are one write' },
  },
  {
    promise: 4,
    name: 'a write does not name the version that it read',
    out: [
      {
        file: 'sdk/src/mongo/writes.ts',
        text: '{ ...byId(before.id), version: before.version } as Filter<Stored<T>>',
        by: 'byId(before.id)',
      },
    ],
    test: { file: collection, name: 'racing changes all count' },
  },
  {
    promise: 4,
    name: 'a handler that fails answers that it succeeded',
    out: [
      {
        file: 'sdk/src/events/subscriptions.ts',
        text: "c.json({ status: 'RETRY' }, 500)",
        by: "c.json({ status: 'SUCCESS' })",
      },
    ],
    test: {
      file: 'sdk/src/events/delivery.test.ts',
      name: 'an event that its handler refuses comes again until it is applied',
    },
  },
  {
    promise: 4,
    name: 'a refused event is not delivered again',
    out: [
      { file: 'dapr/resources/resiliency.yaml', text: '          retry: redeliver\n', by: '          retry: never\n' },
      {
        file: 'dapr/resources/resiliency.yaml',
        text: '    retries:\n',
        by: '    retries:\n      never:\n        policy: constant\n        maxRetries: 0\n',
      },
    ],
    test: {
      file: 'sdk/src/events/delivery.test.ts',
      name: 'an event that its handler refuses comes again until it is applied',
    },
  },
  {
    promise: 4,
    name: 'an event that never succeeds is dropped',
    out: [{ file: 'sdk/src/events/subscriptions.ts', text: '    deadLetterTopic,\n', by: '' }],
    test: { file: 'sdk/src/events/delivery.test.ts', name: 'an event that never succeeds is kept as a dead letter' },
  },
  {
    promise: 4,
    name: 'an event that met no app is given up',
    out: [
      {
        file: 'sdk/src/events/subscriptions.ts',
        text: 'if (failure !== undefined && !isOutage(failure))',
        by: 'if (!isOutage(failure))',
      },
    ],
    test: {
      file: 'sdk/src/events/delivery.test.ts',
      name: 'an event that met no app for as long as it is tried is applied once there is one',
    },
  },
  {
    promise: 4,
    name: 'an event is given up over a database that is away',
    out: [
      { file: 'sdk/src/events/subscriptions.ts', text: 'return known?.status === 503', by: 'return known === null' },
    ],
    test: {
      file: 'sdk/src/events/delivery.test.ts',
      name: 'an event whose handler met no database is applied once there is one',
    },
  },
  {
    promise: 4,
    name: 'a dead letter that cannot be kept is lost',
    out: [
      { file: 'dapr/resources/resiliency.yaml', text: '          retry: keep\n', by: '          retry: never\n' },
      {
        file: 'dapr/resources/resiliency.yaml',
        text: '    retries:\n',
        by: '    retries:\n      never:\n        policy: constant\n        maxRetries: 0\n',
      },
    ],
    test: {
      file: 'sdk/src/events/dead-letters.test.ts',
      name: 'a dead letter that cannot be kept is delivered again until it is',
    },
  },
  {
    promise: 4,
    name: 'a ticket as it was overwrites the ticket as it is',
    out: [
      {
        file: 'services/orders/src/catalogue.ts',
        text: '{ _id: id, version: { $lt: ticket.version } }',
        by: '{ _id: id }',
      },
    ],
    test: { file: 'services/orders/src/catalogue.test.ts', name: 'a ticket that comes late or twice changes nothing' },
  },
]
