import { buildUnlessFresh } from './build.ts'

process.env.NODE_ENV = 'production'
await buildUnlessFresh()
await import(new URL('.output/server/index.mjs', import.meta.url).href)
