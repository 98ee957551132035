import { createPorts } from '@fairpass/servers'
import { testFolder } from '@fairpass/servers/testing'
import { controlOf } from '@fairpass/stripe-double/testing.ts'
import { MongoClient } from 'mongodb'
import { createDescribed, type Described, fetchDocument } from './described.ts'
import { createVisitor, expectStatus, type Visitor } from './visitor.ts'
import { keepLogsOf } from './whole-run.ts'

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
const root = new URL('..', import.meta.url).pathname
const setpriv = Bun.which('setpriv')

/** The real `bun run up`, in a folder of its own and on free ports. It ends with the test process at the latest. */
export const startMarketplace = async (env: Record<string, string> = {}, args: readonly string[] = []) => {
  const ports = createPorts()
  const port = await ports.any()
  // From here it is for `up` to take.
  ports.release()
  const dataDir = testFolder()
  keepLogsOf(dataDir)
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
  const described = await describedAt(origin)
  const visitor = () => createVisitor(origin, described.check)

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
    described,
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
      const signedIn = await eventually(
        () => person.post('/api/users/signin', admin),
        ({ status }) => status !== 503,
      )
      expectStatus(signedIn, 200)
      return person
    },

    /** The control API of the double of Stripe. */
    stripe: async () => controlOf((await runFile()).stripe.port),

    /** What was sent to an address, newest first, once `isThere` says that it is all there. */
    mailsTo: async (email: string, isThere: (mails: ReceivedMail[]) => boolean = (mails) => mails.length > 0) => {
      const { mailbox } = await runFile()
      return eventually(() => mailsAt(mailbox.port, email), isThere)
    },

    /** A service's database, to look behind the public API. */
    database: async (name: ServiceName) => {
      const { mongod } = await runFile()
      const client = new MongoClient(`mongodb://127.0.0.1:${mongod.port}/?directConnection=true`)
      return { db: client.db(name), close: () => client.close() }
    },

    /** Ends a process with SIGKILL and returns its pid, after which `up` starts it again. */
    kill: async (choose: (run: RunFile) => number): Promise<number> => {
      const pid = choose(await runFile())
      process.kill(pid, 'SIGKILL')
      return pid
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

let described: Promise<Described> | undefined

/** What the API says of itself, the same at every marketplace of a run. */
const describedAt = (origin: string): Promise<Described> => {
  described ??= fetchDocument(origin).then(createDescribed)
  return described
}

let shared: Promise<Marketplace> | undefined

/** One marketplace for all end-to-end tests of a run, whose buyers have eight seconds. */
export const sharedMarketplace = (): Promise<Marketplace> => {
  shared ??= startMarketplace({ HOLD_SECONDS: '8' })
  return shared
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
  // A test before may have killed tickets, whose pause before its next start has grown.
  const listed = await eventually(
    () => seller.post('/api/tickets', { ...listing, ...change }),
    ({ status }) => status !== 503,
  )
  const { body } = expectStatus(listed, 201)
  return { seller, ticketId: body.id }
}
