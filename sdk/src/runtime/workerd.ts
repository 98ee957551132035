import type { Runtime } from './runtime.ts'

const cannot = (what: string) => (): never => {
  throw new Error(`An isolate at the edge ${what}`)
}

/** What Cloudflare's workers are: they are called, and nothing of theirs outlives the requests that they answer. */
export const workerd: Runtime = {
  name: 'workerd',
  listen: cannot('listens nowhere'),
  passwordHasher: { hash: cannot('hashes no passwords'), verify: cannot('verifies no passwords') },
  // It sends what it was given once, and must be called by its own name.
  fetchOnce: Object.assign((input: RequestInfo | URL, init?: RequestInit) => fetch(input, init), {
    preconnect: fetch.preconnect,
  }),
  fetchToRelay: (url, init) => fetch(url, init),
}
