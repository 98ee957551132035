export * from './identity.ts'
export * from './revocations.ts'
export * from './suspensions.ts'
export * from './tokens.ts'
