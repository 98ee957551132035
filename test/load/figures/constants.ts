// Preloaded into a web app: what the services would answer stands here already, so that a page costs its rendering alone.
const listing = process.env.CONSTANT_LISTING ?? ''
const headers = { 'content-type': 'application/json' }
const constant = async () => new Response(listing, { headers })

globalThis.fetch = Object.assign(constant, { preconnect: () => {} })

export {}
