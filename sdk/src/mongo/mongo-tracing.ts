import type { CommandFailedEvent, CommandStartedEvent, MongoClient } from 'mongodb'
import { beginSpan, type Span, SpanKind, SpanStatusCode } from '../telemetry/trace.ts'

/** The collection of a command; a cursor's next batch names it elsewhere. */
const collectionOf = ({ commandName, command }: CommandStartedEvent): string | undefined => {
  const named: unknown = commandName === 'getMore' ? command.collection : command[commandName]
  return typeof named === 'string' ? named : undefined
}

/**
 * A span for each command of a client with `monitorCommands`, under the span that asked for it: which command on which
 * collection, and never with what (OpenTelemetry's semantic conventions for MongoDB, without `db.query.text`).
 */
export const traceCommands = (client: MongoClient): void => {
  // The driver ends each command that it began, with a success or a failure.
  const underWay = new Map<number, Span>()
  const end = (requestId: number, failed?: CommandFailedEvent) => {
    const span = underWay.get(requestId)
    if (!span) return
    underWay.delete(requestId)
    if (failed) {
      span.setAttribute('error.type', failed.failure.name)
      span.setStatus({ code: SpanStatusCode.ERROR })
    }
    span.end()
  }
  client.on('commandStarted', (event) => {
    const collection = collectionOf(event)
    const span = beginSpan([event.commandName, collection].filter(Boolean).join(' '), SpanKind.CLIENT, {
      'db.system.name': 'mongodb',
      'db.namespace': event.databaseName,
      'db.operation.name': event.commandName,
      ...(collection ? { 'db.collection.name': collection } : {}),
    })
    if (span) underWay.set(event.requestId, span)
  })
  client.on('commandSucceeded', ({ requestId }) => end(requestId))
  client.on('commandFailed', (event) => end(event.requestId, event))
}
