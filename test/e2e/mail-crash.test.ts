import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eventually, listTicket, type Marketplace, startMarketplace } from '../marketplace.ts'
import { expectStatus } from '../visitor.ts'

// Mails amid kill -9 of the sender, of the database and of the mail server; and a mail server that misbehaves.

let market: Marketplace

beforeAll(async () => {
  market = await startMarketplace()
}, 240_000)
afterAll(() => market.stop(), 30_000)

const mailboxAt = async (path: string, init: RequestInit = {}) => {
  const { mailbox } = await market.runFile()
  return fetch(`http://127.0.0.1:${mailbox.port}${path}`, { ...init, signal: AbortSignal.timeout(10_000) })
}
const fault = async (kind: string) =>
  expect((await mailboxAt('/api/faults', { method: 'POST', body: JSON.stringify({ kind }) })).status).toBe(204)
const noFaults = () => mailboxAt('/api/faults', { method: 'DELETE' })

type Message = { to: string; headers: Record<string, string> }
const received = async (): Promise<Message[]> => {
  const { messages } = (await (await mailboxAt('/api/messages?limit=10000')).json()) as { messages: Message[] }
  return messages
}
const resetsOf = (messages: Message[], prefix: string) => messages.filter(({ to }) => to.startsWith(prefix))

const owed = async () => {
  const { db, close } = await market.database('auth')
  try {
    return await db.collection('mails').countDocuments({ status: 'owed' })
  } finally {
    await close()
  }
}

/** Causes a mail to so many people: each is an account, with a mail that confirms its address. */
const owe = async (count: number, prefix: string) => {
  const { db, close } = await market.database('auth')
  const now = new Date()
  await db.collection<{ _id: string }>('mails').insertMany(
    Array.from({ length: count }, (_, n) => ({
      _id: `${prefix}-${n}`,
      ...{ cause: `${prefix}:${n}`, kind: 'account-erased', person: `${prefix}-${n}`, data: {}, status: 'owed' },
      recipient: { email: `${prefix}-${n}@fairpass.example`, language: 'en' },
      ...{ attempts: 0, createdAt: now, nextAttemptAt: now, expiresAt: new Date(now.getTime() + 86_400_000) },
    })),
  )
  await close()
}

// Guarantee: a mail that was owed is sent, and a double carries the same Message-ID.
test('500 mails amid kill -9 of auth, of MongoDB and of the mail server arrive, each under one Message-ID', async () => {
  const count = 500
  await owe(count, 'crash')
  const arrivedAtLeast = (least: number) =>
    eventually(
      async () => resetsOf(await received(), 'crash').length,
      (arrived) => arrived >= least,
      120_000,
    )
  const victims = [
    (run: Awaited<ReturnType<Marketplace['runFile']>>) => run.services.auth.pid,
    (run: Awaited<ReturnType<Marketplace['runFile']>>) => run.mongod.pid,
    (run: Awaited<ReturnType<Marketplace['runFile']>>) => run.mailbox.pid,
  ]
  for (const [kills, victim] of victims.entries()) {
    await arrivedAtLeast(kills * 100 + 50)
    await market.kill(victim)
  }
  // What a killed sender had taken is due again when its lease is over, after a minute.
  const messages = await eventually(
    async () => resetsOf(await received(), 'crash'),
    (all) => new Set(all.map(({ to }) => to)).size === count,
    240_000,
  )
  const idsByAddress = Map.groupBy(messages, ({ to }) => to)
  for (const all of idsByAddress.values()) expect(new Set(all.map(({ headers }) => headers['message-id'])).size).toBe(1)
  console.log(`${count} mails amid three kills: ${messages.length - count} doubles`)
  await eventually(owed, (left) => left === 0, 240_000)
}, 600_000)

test.each(['hang', 'refuse', 'defer', 'close'])(
  'while the mail server does %s, people sign up and ask for mails as quickly as ever, and get them once it is well',
  async (kind) => {
    await fault(kind)
    const startedAt = performance.now()
    const people = await market.signedUpMany(8)
    for (const { email } of people)
      expectStatus(await market.visitor().post('/api/users/password-reset', { email }), 202)
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    await eventually(owed, (left) => left >= 16)
    await noFaults()
    for (const { email } of people) await market.mailsTo(email, (mails) => mails.length === 2)
  },
  180_000,
)

const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN

// Guarantee: whatever the mail server does, buying does not wait for it.
test('buying is as quick beside a mail server that hangs, refuses or defers as beside one that is well', async () => {
  const count = 7
  const purchases = async () => {
    const listed = await Promise.all(Array.from({ length: count }, () => listTicket(market)))
    const buyers = await market.signedUpMany(count)
    const took: number[] = []
    for (const [i, { ticketId }] of listed.entries()) {
      const buyer = buyers[i]
      if (!buyer) throw new Error('there is no buyer')
      const startedAt = performance.now()
      const { body: order } = expectStatus(await buyer.buy(ticketId), 201)
      expectStatus(await buyer.pay(order.id), 201)
      took.push(performance.now() - startedAt)
    }
    return took
  }
  await purchases()
  const well = await purchases()
  const ill: Record<string, number[]> = {}
  for (const kind of ['hang', 'refuse', 'defer']) {
    await fault(kind)
    ill[kind] = await purchases()
    expect(await owed()).toBeGreaterThan(count)
    await noFaults()
    await eventually(owed, (left) => left === 0, 120_000)
    well.push(...(await purchases()))
  }
  for (const [kind, took] of Object.entries(ill)) {
    const ratio = median(took) / median(well)
    console.log(`a purchase beside a mail server that does ${kind} takes ${ratio.toFixed(2)} times as long`)
    // A request that waited for the mail server would wait for its time-out of ten seconds: a hundred times as long.
    expect(ratio).toBeLessThan(3)
  }
}, 300_000)
