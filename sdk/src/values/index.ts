export * from './currencies.ts'
export * from './digits.ts'
export * from './money.ts'
export * from './search.ts'
