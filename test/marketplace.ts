import { createPorts } from '@fairpass/servers'
import { testFolder } from '@fairpass/servers/testing'
import { controlOf } from '@fairpass/stripe-double/testing.ts'
import { MongoClient } from 'mongodb'
import { eventually } from './eventually.ts'
import { mailsAt, type ReceivedMail } from './mails.ts'
import { type Contract, createContract, fetchDocument } from './openapi-contract.ts'
import { readyAgainWithinMs, untilEverythingIsReady } from './ready.ts'
import type { RunFile, ServiceName } from './run-file.ts'
import { collectLogs } from './run-folder.ts'
import { createVisitor, expectStatus, type Visitor } from './visitor.ts'

export type { ReceivedMail } from './mails.ts'
export type { RunFile, ServiceName } from './run-file.ts'
export { eventually }

const admin = { email: 'admin@fairpass.example', password: 'an admin of the tests' }
const readyWithinMs = 120_000
const root = new URL('..', import.meta.url).pathname
const setpriv = Bun.which('setpriv')

/** The real `bun run up`, in a folder of its own, unless DATA_DIR names one, and on free ports. It ends with the test process at the latest. */
export const startMarketplace = async (
  env: Record<string, string> = {},
  args: readonly string[] = [],
  /** where its source is: another version of it has one of its own */
  tree = root,
) => {
  const { up, dataDir, port } = await spawnUp(env, args, tree)
  const said = await untilReady(up.stdout)
  // Where it listens itself, whatever stands before it.
  const origin = `http://localhost:${port}`
  const runFile = (): Promise<RunFile> => Bun.file(`${dataDir}/run.json`).json()
  const contract = await contractOf(origin, tree)
  return {
    origin,
    dataDir,
    runFile,
    /** The output of `up` until it was ready. */
    said: () => said,
    contract,
    ...visitorsOf(origin, contract),
    ...insideOf(runFile),
    untilReady: () => untilEverythingIsReady(origin, runFile),

    /** Ends a process with SIGKILL. The caller has to wait, sooner or later, until `up` has started it again. */
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

const spawnUp = async (env: Record<string, string>, args: readonly string[], tree: string) => {
  const ports = createPorts()
  const port = env.PORT === undefined ? await ports.any() : Number(env.PORT)
  // From here on the port is for `up` to take.
  ports.release()
  const dataDir = env.DATA_DIR ?? testFolder()
  collectLogs(dataDir)
  const up = Bun.spawn(
    [...(setpriv ? [setpriv, '--pdeathsig', 'TERM', '--'] : []), process.execPath, 'tools/up/main.ts', ...args],
    {
      cwd: tree,
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
  return { up, dataDir, port }
}

/** Those who come to the public origin; their answers are held against the API's description. */
const visitorsOf = (origin: string, contract: Contract) => {
  let addresses = 0
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
  }
}

/** What is behind the public API. */
const insideOf = (runFile: () => Promise<RunFile>) => ({
  /** The control API of the double of Stripe. */
  stripe: async () => controlOf((await runFile()).stripe.port),

  /** What was sent to an address, newest first, once `isThere` says that it is all there. */
  mailsTo: async (email: string, isThere: (mails: ReceivedMail[]) => boolean = (mails) => mails.length > 0) => {
    const { mailbox } = await runFile()
    return eventually(() => mailsAt(mailbox.port, email), isThere, 60_000)
  },

  /** A service's database. */
  database: async (name: ServiceName) => {
    const { mongod } = await runFile()
    const client = new MongoClient(`mongodb://127.0.0.1:${mongod.port}/?directConnection=true`)
    return { db: client.db(name), close: () => client.close() }
  },
})

export type Marketplace = Awaited<ReturnType<typeof startMarketplace>>

const untilReady = async (output: ReadableStream<Uint8Array>): Promise<string> => {
  const decoder = new TextDecoder()
  const reader = output.getReader()
  const deadline = Date.now() + readyWithinMs
  let text = ''
  while (Date.now() < deadline) {
    const { done, value } = await reader.read()
    text += decoder.decode(value, { stream: true })
    if (/ready: https?:\/\/\S+/.test(text)) {
      void drain(reader)
      return text
    }
    if (done) break
  }
  throw new Error(`the marketplace did not get ready:\n${text}`)
}

/** Later output of `up` is read, too, or its pipe would fill and block it. */
const drain = async (reader: { read: () => Promise<{ done: boolean }> }) => {
  while (!(await reader.read()).done);
}

const contracts = new Map<string, Promise<Contract>>()

/** The API's description, the same at every marketplace of a version. */
const contractOf = (origin: string, tree: string): Promise<Contract> => {
  const contract = contracts.get(tree) ?? fetchDocument(origin).then(createContract)
  contracts.set(tree, contract)
  return contract
}

let shared: Promise<Marketplace> | undefined

/** One marketplace for all end-to-end tests of a process, whose buyers have eight seconds; ready again before each file. */
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
