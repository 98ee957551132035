export * from './deny-list.ts'
export * from './ended-sessions.ts'
export * from './identity.ts'
export * from './tokens.ts'
