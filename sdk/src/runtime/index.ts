import { bun } from './bun.ts'
import { deno } from './deno.ts'
import type { Runtime } from './runtime.ts'

export type { Listener, ListenOptions, PasswordHasher } from './runtime.ts'

/** The runtime that this process is. */
export const runtime: Runtime = 'Deno' in globalThis ? deno : bun
