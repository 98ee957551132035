export * from './digits.ts'
export * from './search.ts'
