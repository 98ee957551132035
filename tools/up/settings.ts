import { UserError } from '@fairpass/servers'

// Some shells export HOST as the machine's name. What does not reach loopback would cut the sidecar off.
const hosts = ['0.0.0.0', '::']

export type Settings = {
  readonly port: number
  readonly publicOrigin: string
  readonly dataDir: string
  /** Where the web app listens. */
  readonly host: string
  readonly mongodbUri: string | undefined
  readonly redisHost: string | undefined
  readonly redisPassword: string | undefined
  readonly placementAddress: string | undefined
  readonly schedulerAddress: string | undefined
  readonly hasStripeKey: boolean
  readonly hasMailServer: boolean
  /** Which runtime each app runs on, as it was written; `readRuntimes` reads it. */
  readonly runtime: string | undefined
}

/** As browsers send it: without a path and without a trailing slash. */
const originOf = (address: string): string => {
  const url = URL.parse(address)
  if (url && /^https?:$/.test(url.protocol)) return url.origin
  throw new UserError(`PUBLIC_ORIGIN is "${address}"; it must be an address such as https://tickets.example.`)
}

/** What `up` itself reads of the environment; an empty variable counts as unset. */
export const readSettings = (environment: Readonly<Record<string, string | undefined>>): Settings => {
  const read = (name: string) => environment[name] || undefined
  const typedPort = (read('PORT') ?? '3000').trim()
  const port = Number(typedPort)
  // What JavaScript takes for a number besides, such as `0x10` or `1e3`, nobody means.
  if (!/^\d+$/.test(typedPort) || port < 1 || port > 65_535) {
    throw new UserError(`PORT is "${environment.PORT}"; it must be a number from 1 to 65535.`)
  }
  return {
    port,
    publicOrigin: originOf(read('PUBLIC_ORIGIN') ?? `http://localhost:${port}`),
    dataDir: read('DATA_DIR') ?? '.data',
    host: hosts.find((host) => host === read('HOST')) ?? '127.0.0.1',
    mongodbUri: read('MONGODB_URI'),
    redisHost: read('REDIS_HOST'),
    redisPassword: read('REDIS_PASSWORD'),
    placementAddress: read('DAPR_PLACEMENT_HOST_ADDRESS'),
    schedulerAddress: read('DAPR_SCHEDULER_HOST_ADDRESS'),
    hasStripeKey: read('STRIPE_SECRET_KEY') !== undefined,
    hasMailServer: read('SMTP_URL') !== undefined,
    runtime: read('RUNTIME'),
  }
}
