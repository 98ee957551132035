/** A process that answers requests. */
export type Listener = {
  readonly port: number
  /** Takes no new connections and ends when what is under way is answered; at once where it is forced. */
  stop: (options?: { isForced?: boolean }) => Promise<void>
}

export type ListenOptions = {
  hostname: string
  port: number
  /** answers a request; `peer` is the address at the other end of its connection */
  fetch: (request: Request, peer: string | undefined) => Response | Promise<Response>
  /** files of a certificate and its key, as PEM; without them it is plain HTTP */
  tls?: { certFile: string; keyFile: string }
}

/** Argon2id in the form of PHC strings, so that whatever one runtime has hashed the other verifies. */
export type PasswordHasher = {
  hash: (password: string, cost: Argon2Cost) => Promise<string>
  /** @throws where the hash is none that argon2 made */
  verify: (password: string, hash: string) => Promise<boolean>
}

export type Argon2Cost = {
  /** in KiB */
  memoryCost: number
  /** passes over that memory */
  timeCost: number
}

/** What web standards leave to each runtime. */
export type Runtime = {
  readonly name: 'bun' | 'deno' | 'workerd'
  listen: (options: ListenOptions) => Listener
  passwordHasher: PasswordHasher
  /** `fetch`, but what is not safe to repeat is sent once: a kept connection that breaks is an error, and no second try. */
  fetchOnce: typeof fetch
  /** The same for who passes the answer on: what came packed stays so where the runtime can leave it, and else says no more that it is. */
  fetchToRelay: (url: string, init: RequestInit) => Promise<Response>
}
