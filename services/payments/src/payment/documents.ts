import { openCollection, openWorkQueue, type PublishAll } from '@fairpass/sdk/mongo'
import type { Db } from 'mongodb'
import { openStatuses, type Payment, paymentBackoff, unfinishedStatuses } from '../domain/payment.ts'

const indexes = [
  // The last word on eight payments of one order at once: one of them may end in money.
  {
    key: { orderId: 1 },
    name: 'open',
    unique: true,
    partialFilterExpression: { status: { $in: openStatuses } },
  },
  {
    key: { orderId: 1 },
    name: 'waiting',
    unique: true,
    partialFilterExpression: { status: 'awaiting_method' },
  },
  { key: { orderId: 1, attempt: 1 }, name: 'attempt', unique: true },
  { key: { intentId: 1 }, name: 'intent', sparse: true },
  { key: { ticketId: 1 }, name: 'ticket', sparse: true },
  { key: { status: 1, _id: -1 }, name: 'status, newest' },
]

export const openDocuments = (db: Db, publishAll: PublishAll) => {
  const documents = openCollection<Payment>(db, 'payments', { publishAll, indexes })
  const unfinished = { status: { $in: [...unfinishedStatuses] } }
  return { documents, queue: openWorkQueue(documents.raw, { unfinished, backoff: paymentBackoff }) }
}

export type Documents = ReturnType<typeof openDocuments>['documents']
export type Queue = ReturnType<typeof openDocuments>['queue']
