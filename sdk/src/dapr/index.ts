export * from './actors.ts'
export * from './dapr.ts'
export * from './hono-client.ts'
export * from './internal.ts'
