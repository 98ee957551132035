import { Hono } from 'hono'
import type { Env, ExtractSchema, Schema } from 'hono/types'

/** Any router, whatever its variables and paths are. */
// biome-ignore lint/suspicious/noExplicitAny: Hono's types of variables and schemas vary in both directions.
type Router = Hono<any, any, any>

type Combined<S> = S extends Schema ? Hono<Env, S> : never

/**
 * Puts the routes of a feature's routers together, in their order, and keeps the types of all their paths:
 * `.route('/', …)` of a router that was itself put together so loses them, and with them what callers are held to.
 * @returns a router with the paths of all
 */
export const combineRoutes = <R extends Router[]>(...routers: R) => {
  const combined = new Hono()
  for (const router of routers) combined.route('/', router)
  return combined as unknown as Combined<ExtractSchema<R[number]>>
}
