import { createPorts } from '@fairpass/servers'
import { testFolder } from '@fairpass/servers/testing'
import { controlOf } from '@fairpass/stripe-double/testing.ts'
import { MongoClient } from 'mongodb'
import { type Contract, createContract, fetchDocument } from './openapi-contract.ts'
import { collectLogs } from './run-folder.ts'
import { createVisitor, expectStatus, type Visitor } from './visitor.ts'

type Process = { pid: number; port: number; metricsPort?: number }
type Service = Process & { daprPid: number; daprHttpPort: number }
export type ServiceName = 'auth' | 'tickets' | 'orders' | 'expiration' | 'payments'
export type RunFile = {
  web: Process
  services: Record<ServiceName, Service>
  mongod: Process
  redis: Process
  placement: { pid: number }
  scheduler: { pid: number }
  stripe: Process
  mailbox: Process
  prometheus?: Process
}

const admin = { email: 'admin@fairpass.example', password: 'an admin of the tests' }
const readyWithinMs = 120_000
/** After a kill: `up` pauses for longer each time that one process ends. */
const readyAgainWithinMs = 40_000
const root = new URL('..', import.meta.url).pathname
const setpriv = Bun.which('setpriv')

/** The real `bun run up`, in a folder of its own and on free ports. It ends with the test process at the latest. */
export const startMarketplace = async (env: Record<string, string> = {}, args: readonly string[] = []) => {
  const ports = createPorts()
  const port = await ports.any()
  // From here it is for `up` to take.
  ports.release()
  const dataDir = testFolder()
  collectLogs(dataDir)
  const up = Bun.spawn(
    [...(setpriv ? [setpriv, '--pdeathsig', 'TERM', '--'] : []), process.execPath, 'tools/up/main.ts', ...args],
    {
      cwd: root,
      env: {
        ...process.env,
        PORT: `${port}`,
        DATA_DIR: dataDir,
        ADMIN_EMAIL: admin.email,
        ADMIN_PASSWORD: admin.password,
        ...env,
      },
      stdout: 'pipe',
      stderr: 'inherit',
    },
  )
  const { origin, said } = await untilReady(up.stdout)
  const runFile = (): Promise<RunFile> => Bun.file(`${dataDir}/run.json`).json()

  let addresses = 0
  const contract = await contractOf(origin)
  const visitor = () => createVisitor(origin, contract.check)

  const signedUp = async (): Promise<Visitor & { id: string; email: string }> => {
    const person = visitor()
    const email = `person-${process.pid}-${Date.now()}-${addresses++}@fairpass.example`
    const { body } = expectStatus(
      await person.post('/api/users/signup', { email, password: 'a long enough password' }),
      201,
    )
    return { ...person, id: body.id, email }
  }

  return {
    origin,
    dataDir,
    runFile,
    /** What `up` said until it was ready. */
    said: () => said,
    contract,
    visitor,
    signedUp,

    signedUpMany: async (count: number) => {
      const people: Awaited<ReturnType<typeof signedUp>>[] = []
      while (people.length < count) {
        const batch = Math.min(8, count - people.length)
        people.push(...(await Promise.all(Array.from({ length: batch }, signedUp))))
      }
      return people
    },

    asAdmin: async () => {
      const person = visitor()
      expectStatus(await person.post('/api/users/signin', admin), 200)
      return person
    },

    /** The control API of the double of Stripe. */
    stripe: async () => controlOf((await runFile()).stripe.port),

    /** What was sent to an address, newest first, once `isThere` says that it is all there. */
    mailsTo: async (email: string, isThere: (mails: ReceivedMail[]) => boolean = (mails) => mails.length > 0) => {
      const { mailbox } = await runFile()
      return eventually(() => mailsAt(mailbox.port, email), isThere, 60_000)
    },

    /** A service's database, to look behind the public API. */
    database: async (name: ServiceName) => {
      const { mongod } = await runFile()
      const client = new MongoClient(`mongodb://127.0.0.1:${mongod.port}/?directConnection=true`)
      return { db: client.db(name), close: () => client.close() }
    },

    untilReady: () => untilEverythingIsReady(origin, runFile),

    /** Ends a process with SIGKILL. Whoever does that waits, sooner or later, until `up` has started it again. */
    kill: async (choose: (run: RunFile) => number) => {
      const pid = choose(await runFile())
      process.kill(pid, 'SIGKILL')
      return {
        untilBack: async () => {
          await eventually(
            async () => choose(await runFile()),
            (next) => next !== pid,
            readyAgainWithinMs,
          )
          await untilEverythingIsReady(origin, runFile)
        },
      }
    },

    stop: async () => {
      up.kill('SIGTERM')
      return up.exited
    },
  }
}

/** A mail as the mailbox for developers shows it. */
export type ReceivedMail = { subject: string; text: string; html: string; headers: Record<string, string> }

const mailsAt = async (port: number, email: string): Promise<ReceivedMail[]> => {
  const answer = await fetch(`http://127.0.0.1:${port}/api/messages?to=${encodeURIComponent(email)}`)
  const { messages } = (await answer.json()) as { messages: ReceivedMail[] }
  return messages
}

export type Marketplace = Awaited<ReturnType<typeof startMarketplace>>

const untilReady = async (output: ReadableStream<Uint8Array>): Promise<{ origin: string; said: string }> => {
  const decoder = new TextDecoder()
  const reader = output.getReader()
  const deadline = Date.now() + readyWithinMs
  let text = ''
  while (Date.now() < deadline) {
    const { done, value } = await reader.read()
    text += decoder.decode(value, { stream: true })
    const origin = /ready: (https?:\/\/\S+)/.exec(text)?.[1]
    if (origin) {
      void drain(reader)
      return { origin, said: text }
    }
    if (done) break
  }
  throw new Error(`the marketplace did not get ready:\n${text}`)
}

/** A call of each service through the whole way: web, its sidecar, the service's sidecar, the service. */
const publicCalls = ['/api/users/currentuser', '/api/tickets', '/api/orders', '/api/payments/earnings']

const untilEverythingIsReady = async (origin: string, runFile: () => Promise<RunFile>) => {
  const fails = async (url: string) => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
    await answer?.body?.cancel()
    return !answer || answer.status >= 500
  }
  await eventually(
    async () => {
      const { web, services } = await runFile()
      const urls = [
        `http://127.0.0.1:${web.port}/readyz`,
        ...Object.values(services).flatMap(({ port, daprHttpPort }) => [
          `http://127.0.0.1:${port}/readyz`,
          `http://127.0.0.1:${daprHttpPort}/v1.0/healthz`,
        ]),
        ...publicCalls.map((path) => `${origin}${path}`),
      ]
      const failed = await Promise.all(urls.map(async (url) => ((await fails(url)) ? [url] : [])))
      return failed.flat()
    },
    (failed) => failed.length === 0,
    readyAgainWithinMs,
  )
}

/** What `up` says later is read, or its pipe would fill and stop it. */
const drain = async (reader: { read: () => Promise<{ done: boolean }> }) => {
  while (!(await reader.read()).done);
}

/** Asks until `isTrue`, at most `withinMs`, and returns what was seen last. */
export const eventually = async <T>(
  ask: () => Promise<T>,
  isTrue: (seen: T) => boolean,
  withinMs = 15_000,
): Promise<T> => {
  const deadline = Date.now() + withinMs
  for (;;) {
    const seen = await ask().catch((error: unknown) => error)
    if (!(seen instanceof Error) && isTrue(seen as T)) return seen as T
    if (Date.now() > deadline)
      throw new Error(
        `not within ${withinMs} ms; last seen: ${seen instanceof Error ? seen.message : JSON.stringify(seen)}`,
      )
    await Bun.sleep(50)
  }
}

let contract: Promise<Contract> | undefined

/** What the API says of itself, the same at every marketplace of a run. */
const contractOf = (origin: string): Promise<Contract> => {
  contract ??= fetchDocument(origin).then(createContract)
  return contract
}

let shared: Promise<Marketplace> | undefined

/** One marketplace for all end-to-end tests of a process, whose buyers have eight seconds; ready for each file anew. */
export const sharedMarketplace = async (): Promise<Marketplace> => {
  shared ??= startMarketplace({ HOLD_SECONDS: '8' })
  const market = await shared
  await market.untilReady()
  return market
}

const listing = {
  title: 'An evening at the opera',
  venue: 'State Opera',
  city: 'Vienna',
  startsAt: '2035-06-01T19:30:00Z',
  priceCents: 8_900,
  currency: 'eur',
}

/** A ticket of a new seller. */
export const listTicket = async (market: Marketplace, change: Record<string, unknown> = {}) => {
  const seller = await market.signedUp()
  const { body } = expectStatus(await seller.post('/api/tickets', { ...listing, ...change }), 201)
  return { seller, ticketId: body.id }
}
