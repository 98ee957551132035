export * from './dead-letters.ts'
export * from './events.ts'
export { applyEvent, composeHandlers, type EventHandlers } from './handlers.ts'
export * from './subscriptions.ts'
