import { rmSync } from 'node:fs'
import { createDapr } from '@fairpass/sdk/dapr'
import { newId } from '@fairpass/sdk/mongo'
import { signingKeyOf } from '../../services/auth/src/session/keys.ts'
import { createTokens } from '../../services/auth/src/session/tokens.ts'
import { type RunFile, startMarketplace } from '../marketplace.ts'
import { inParallel } from './interleave.ts'
import { watchEvents } from './settled.ts'

/** Somebody who is signed in: the token is made here, and verified as any other. */
export type Person = { id: string; token: string }

const timeoutMs = 30_000
const listing = {
  title: 'A benefit concert',
  venue: 'Konzerthaus',
  city: 'Vienna',
  startsAt: '2035-06-01T19:30:00Z',
  priceCents: 8_900,
  currency: 'eur',
}

const expectStatus = async (answer: Response, status: number) => {
  if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}: ${await answer.text()}`)
}

/** As `ps` knows it on every system: resident, in kilobytes. */
const residentMb = async (pids: readonly number[]): Promise<number> => {
  const said = await Bun.$`ps -o rss= -p ${pids.join(',')}`.text()
  const kilobytes = said.trim().split(/\s+/).map(Number)
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1024
}

type Secrets = Record<'app' | 'dapr' | 'jwt', string>

const start = (secrets: Secrets, env: Record<string, string>) =>
  startMarketplace({
    APP_API_TOKEN: secrets.app,
    DAPR_API_TOKEN: secrets.dapr,
    JWT_KEY: secrets.jwt,
    FILE_KEY: secrets.app,
    HOLD_SECONDS: '900',
    ACCESS_TOKEN_SECONDS: '900',
    // Everybody comes from one address here.
    LIMIT_ORDER_ADDRESS: 'off',
    LIMIT_SIGNIN_ADDRESS: 'off',
    LIMIT_SEARCH_ADDRESS: 'off',
    // The servers are its own, whatever the environment names.
    MONGODB_URI: '',
    REDIS_HOST: '',
    REDIS_PASSWORD: '',
    STRIPE_SECRET_KEY: '',
    ...env,
  })

type Services = RunFile['services']

/** Calls to the services, past the web app. */
const createCalls = (services: Services, secrets: Secrets) => {
  /** A call through the sidecar of `from`, as that app itself would make it. */
  const invoke = (from: keyof Services, to: string, path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${services[from].daprHttpPort}/v1.0/invoke/${to}/method/${path}`, {
      ...init,
      headers: { ...(init.headers as Record<string, string>), 'dapr-api-token': secrets.dapr },
      signal: AbortSignal.timeout(timeoutMs),
    })

  const list = async (seller: Person): Promise<string> => {
    const answer = await invoke('tickets', 'tickets', 'api/tickets', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${seller.token}` },
      body: JSON.stringify(listing),
    })
    await expectStatus(answer, 201)
    return ((await answer.json()) as { id: string }).id
  }

  return {
    invoke,
    list,

    /** A call to an app itself, as its sidecar would make it. */
    direct: (to: keyof Services, path: string) =>
      fetch(`http://127.0.0.1:${services[to].port}/${path}`, {
        headers: { 'dapr-api-token': secrets.app },
        signal: AbortSignal.timeout(timeoutMs),
      }),
  }
}

/** A marketplace of its own, with what it takes to call any part of it directly. */
export const openArena = async (env: Record<string, string> = {}) => {
  const secrets = { app: crypto.randomUUID(), dapr: crypto.randomUUID(), jwt: crypto.randomUUID() }
  const tokens = createTokens(signingKeyOf(secrets.jwt), { seconds: 900 })
  const market = await start(secrets, env)
  const run = await market.runFile()
  const { services } = run
  const { invoke, list, direct } = createCalls(services, secrets)

  const person = async (role: 'user' | 'admin' = 'user'): Promise<Person> => {
    const id = newId()
    return { id, token: await tokens.issue({ id, role, sessionId: newId() }, new Date()) }
  }

  const events = watchEvents(run)

  return {
    origin: `http://127.0.0.1:${run.web.port}`,
    invoke,
    direct,
    database: market.database,

    /** The state store as orders has it. */
    stateOfOrders: createDapr({ httpPort: services.orders.daprHttpPort, apiToken: secrets.dapr }),

    people: (count: number, role?: 'user' | 'admin'): Promise<Person[]> =>
      Promise.all(Array.from({ length: count }, () => person(role))),

    /** Tickets that nobody ever held, known to everybody who listens. */
    listTickets: async (count: number): Promise<string[]> => {
      const ids: string[] = []
      await inParallel(Array.from({ length: count }), 8, async () => void ids.push(await list(await person())))
      await events.settled()
      return ids
    },

    /** What the processes of the five services hold in memory, in megabytes. */
    servicesMb: async () => residentMb(Object.values((await market.runFile()).services).map(({ pid }) => pid)),

    /** Waits until what was started has run its course: the next round finds the machine as the first did. */
    untilSettled: events.settled,

    close: async () => {
      await events.close()
      await market.stop()
      rmSync(market.dataDir, { recursive: true, force: true })
    },
  }
}

export type Arena = Awaited<ReturnType<typeof openArena>>
