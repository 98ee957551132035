export * from './actors.ts'
export * from './dapr.ts'
export * from './internal.ts'
export * from './invoke.ts'
