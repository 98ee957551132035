import { createVisitor, expectStatus } from '../visitor.ts'
import { admin } from './deploy.ts'
import type { Marketplace } from './marketplace.ts'
import { check, seconds } from './report.ts'

const racers = 80
const streams = 12
const pageOpenMs = 20_000
const listing = {
  title: 'A night at the opera',
  venue: 'State Opera',
  city: 'Vienna',
  startsAt: '2035-06-01T19:30:00Z',
  priceCents: 4_500,
  currency: 'eur',
}

type User = ReturnType<Marketplace['newUser']>

const list = async ({ client }: Marketplace, seller: User): Promise<string> => {
  const { status, body } = await client.ask(seller, 'POST', '/api/tickets', listing, crypto.randomUUID())
  check(status === 201, `a ticket could not be listed: ${status}`)
  return String(body.id)
}

/** Promise 1 of docs/design.md, over three replicas of everything. */
export const oneWinner = async (market: Marketplace): Promise<string> => {
  const ticketId = await list(market, market.newUser())
  const answers = await Promise.all(
    Array.from({ length: racers }, () => market.client.ask(market.newUser(), 'POST', '/api/orders', { ticketId })),
  )
  const count = (status: number) => answers.filter((answer) => answer.status === status).length
  check(count(201) === 1 && count(409) === racers - 1, `${count(201)} winners, ${count(409)} losers of ${racers}`)
  return `${racers} buyers press BUY at once: one holds the ticket, ${count(409)} read that it is being checked out`
}

/** An open page: receives this status, or nothing. */
const openPage = async (origin: string, ticketId: string, status: string) => {
  // A connection of its own, so that pages spread over the replicas.
  const answer = await fetch(`${origin}/live?ids=${ticketId}`, {
    signal: AbortSignal.timeout(pageOpenMs),
    keepalive: false,
  })
  const reader = (answer.body ?? new ReadableStream<Uint8Array>()).getReader()
  const decoder = new TextDecoder()
  let text = decoder.decode((await reader.read()).value, { stream: true })
  const listen = async (): Promise<number | undefined> => {
    while (!text.includes(`"status":"${status}"`)) {
      const { done, value } = await reader.read()
      if (done) return undefined
      text += decoder.decode(value, { stream: true })
    }
    return performance.now()
  }
  return { updatedAt: listen().catch(() => undefined), close: () => reader.cancel().catch(() => {}) }
}

/** Whichever replica of web a page is open at. */
export const everyPageIsUpdated = async (market: Marketplace): Promise<string> => {
  const ticketId = await list(market, market.newUser())
  const pages = await Promise.all(Array.from({ length: streams }, () => openPage(market.origin, ticketId, 'reserved')))
  const begun = performance.now()
  const { status } = await market.client.ask(market.newUser(), 'POST', '/api/orders', { ticketId })
  check(status === 201, `nobody could buy: ${status}`)
  const updates = await Promise.all(pages.map(({ updatedAt }) => updatedAt))
  await Promise.all(pages.map(({ close }) => close()))
  const missed = updates.filter((at) => at === undefined).length
  check(missed === 0, `${missed} of ${streams} pages heard nothing`)
  const lastMs = Math.max(...updates.map((at) => (at ?? 0) - begun))
  return `${streams} open pages see it held, the last after ${seconds(lastMs)}`
}

const banTakesEffectWithinMs = 1_000

/** Promise 8: a ban is felt everywhere within a second, whichever replica is asked. */
export const banTakesEffect = async (market: Marketplace): Promise<string> => {
  const user = createVisitor(market.origin)
  const email = `banned-${crypto.randomUUID()}@fairpass.example`
  const { body } = expectStatus(await user.post('/api/users/signup', { email, password: crypto.randomUUID() }), 201)
  const askAll = () =>
    Promise.all(['/api/orders', '/api/tickets/mine', '/api/payments/earnings'].map((path) => user.get(path)))
  check(
    (await askAll()).every(({ status }) => status === 200),
    'somebody who is not banned is refused',
  )
  const moderator = createVisitor(market.origin)
  expectStatus(await moderator.post('/api/users/signin', admin), 200)
  const { status } = await moderator.post(`/api/users/${body.id}/ban`)
  check(status === 204, `the ban was answered ${status}`)
  await Bun.sleep(banTakesEffectWithinMs)
  for (let asked = 0; asked < 8; asked++) {
    const letIn = (await askAll()).filter((answer) => answer.status !== 403)
    check(letIn.length === 0, `${letIn.length} answers let somebody in who was banned a second ago`)
  }
  return '24 calls over all replicas, a second later: each is refused'
}

const mailWithinMs = 30_000

/** What the three of auth owe between them, one of them sends, once. */
export const mailArrives = async (market: Marketplace): Promise<string> => {
  const person = createVisitor(market.origin)
  const email = `mail-${crypto.randomUUID()}@fairpass.example`
  expectStatus(await person.post('/api/users/signup', { email, password: crypto.randomUUID() }), 201)
  expectStatus(await person.post('/api/users/password-reset', { email }), 202)
  const begun = performance.now()
  let mails = await market.mailsTo(email)
  while (mails.length < 2 && performance.now() - begun < mailWithinMs) {
    await Bun.sleep(200)
    mails = await market.mailsTo(email)
  }
  const token = /\/reset-password\?token=(\S+)/.exec(mails.map(({ text }) => text).join('\n'))?.[1]
  check(mails.length === 2 && token !== undefined, `${mails.length} of two mails arrived`)
  const newPassword = crypto.randomUUID()
  expectStatus(await person.post('/api/users/password-reset/confirm', { token, newPassword }), 204)
  expectStatus(await person.post('/api/users/signin', { email, password: newPassword }), 200)
  return `two mails arrived once each, ${seconds(performance.now() - begun)} after they were asked for, and the link lets in`
}
