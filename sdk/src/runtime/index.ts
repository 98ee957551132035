import { bun } from './bun.ts'
import { deno } from './deno.ts'
import type { Runtime } from './runtime.ts'
import { workerd } from './workerd.ts'

export type { Listener, ListenOptions, PasswordHasher } from './runtime.ts'

const isWorkerd = globalThis.navigator?.userAgent === 'Cloudflare-Workers'

/** The runtime that this process is. */
export const runtime: Runtime = isWorkerd ? workerd : 'Deno' in globalThis ? deno : bun
