import { toBuffer } from 'bwip-js/node'
import { keptSecret } from '../data-folder.ts'
import { type DemoTicket, demoTickets } from './tickets.ts'

const email = 'demo-seller@fairpass.example'
const answerWithinMs = 10_000

type ListedTicket = { id: string; title: string; status: string; hasFile?: boolean }

/** What an earlier run did not come to: whole listings, and the file of the one amid which it was ended. */
const missingFrom = (tickets: readonly ListedTicket[]) => {
  const byTitle = new Map(tickets.map((ticket) => [ticket.title, ticket]))
  return demoTickets.flatMap((item, i) => {
    const listed = byTitle.get(item[0])
    // Every second one is passed on by its seller, as tickets in organisers' apps are.
    const isSentAsFile = i % 2 === 0
    const isWhole = listed && (!isSentAsFile || listed.hasFile || listed.status !== 'available')
    return isWhole ? [] : [{ item, listed, isSentAsFile }]
  })
}

/**
 * Lists demo tickets through the public API, as a seller that is created for it: those that are not there yet, since an
 * earlier run may have been ended amid them. Rejects as soon as `signal` is aborted.
 */
export const listDemoTickets = async (
  address: string,
  publicOrigin: string,
  dataDir: string,
  signal: AbortSignal = new AbortController().signal,
) => {
  const call = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
    fetch(`${address}${path}`, {
      ...init,
      headers: { 'content-type': 'application/json', origin: publicOrigin, ...init.headers },
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
    })
  const credentials = JSON.stringify({ email, password: keptSecret(dataDir, 'demo-seller-password') })
  const signedUp = await call('/api/users/signup', { method: 'POST', body: credentials })
  const session = signedUp.ok ? signedUp : await call('/api/users/signin', { method: 'POST', body: credentials })
  if (!session.ok) throw new Error(`The demo seller could not sign in: ${await session.text()}`)
  const headers = {
    cookie: session.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';', 1)[0])
      .join('; '),
  }

  const list = async (item: DemoTicket): Promise<string> => {
    const listed = await call('/api/tickets', { method: 'POST', headers, body: JSON.stringify(asTicket(item)) })
    if (!listed.ok) throw new Error(`A demo ticket could not be listed: ${await listed.text()}`)
    return (await listed.json()).id
  }
  const upload = async (id: string) => {
    const file = { 'content-type': 'image/png' }
    const body = await madeUpTicket()
    const uploaded = await call(`/api/tickets/${id}/file`, { method: 'POST', headers: { ...headers, ...file }, body })
    if (!uploaded.ok) throw new Error(`A demo ticket could not be uploaded: ${await uploaded.text()}`)
  }

  const mine = await call('/api/tickets/mine?limit=100', { headers })
  if (!mine.ok) throw new Error(`The demo seller's tickets could not be read: ${await mine.text()}`)
  const { tickets }: { tickets: ListedTicket[] } = await mine.json()
  const missing = missingFrom(tickets)
  if (missing.length === 0) return
  for (const { item, listed, isSentAsFile } of missing) {
    const id = listed?.id ?? (await list(item))
    if (isSentAsFile) await upload(id)
  }
  console.log(`${demoTickets.length} demo tickets are listed`)
}

/** A picture of a ticket's code that opens no door. */
const madeUpTicket = async (): Promise<Uint8Array<ArrayBuffer>> => {
  const text = `FAIRPASS-DEMO-${crypto.randomUUID()}`
  return new Uint8Array(await toBuffer({ bcid: 'qrcode', text, scale: 6, padding: 10, backgroundcolor: 'FFFFFF' }))
}

const asTicket = ([title, [venue, city, timeZone], inDays, time, price, description, seat]: DemoTicket) => {
  const [priceCents, currency] = price.split(' ')
  const there = Temporal.Now.zonedDateTimeISO(timeZone).add({ days: inDays }).withPlainTime(time)
  const startsAt = new Date(there.epochMilliseconds).toISOString()
  return { title, venue, city, timeZone, startsAt, priceCents: Number(priceCents), currency, description, ...seat }
}
