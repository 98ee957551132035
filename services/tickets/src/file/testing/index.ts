export * from './corpus.ts'
export * from './scan.ts'
