// `bun run demo`: a whole sale and a whole expiry against a running marketplace, printed step by step.
import { parseArgs } from 'node:util'
import { toBuffer } from 'bwip-js/node'
import { createVisitor, expectStatus, type Visitor } from './visitor.ts'

const help = `bun run demo [ORIGIN] [--no-expiry]

Sells a ticket, races two buyers for it, pays, then lets another order run out of time.
ORIGIN is the marketplace (default: PUBLIC_ORIGIN, else http://localhost:PORT with PORT 3000).
--no-expiry ends before the part that takes HOLD_SECONDS; start the marketplace with HOLD_SECONDS=20 to see it soon.`

const startedAt = performance.now()
const say = (who: string, what: string) => {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)
  console.log(`${seconds} s  ${who.padEnd(9)} ${what}`)
}

const money = (cents: unknown, currency: unknown) =>
  new Intl.NumberFormat('en', { style: 'currency', currency: `${currency}` }).format(Number(cents) / 100)

const signUp = async (origin: string, name: string): Promise<Visitor> => {
  const person = createVisitor(origin)
  const email = `${name}-${crypto.randomUUID().slice(0, 8)}@fairpass.example`
  expectStatus(await person.post('/api/users/signup', { email, password: crypto.randomUUID() }), 201)
  say(name, `signs up as ${email}`)
  return person
}

const list = async (seller: Visitor, title: string): Promise<string> => {
  const startsAt = new Date(Date.now() + 30 * 24 * 3600_000).toISOString()
  const listing = { title, venue: 'Konzerthaus', city: 'Vienna', startsAt, priceCents: 6_500, currency: 'eur' }
  const { body } = expectStatus(await seller.post('/api/tickets', listing), 201)
  say('seller', `lists "${title}" for ${money(body.priceCents, body.currency)}`)
  return body.id
}

/** A ticket's code as its organiser sends it, made up. */
const upload = async (seller: Visitor, ticketId: string) => {
  const text = `FAIRPASS-DEMO-${crypto.randomUUID()}`
  const file = await toBuffer({ bcid: 'qrcode', text, scale: 6, padding: 10, backgroundcolor: 'FFFFFF' })
  const headers = { 'content-type': 'image/png' }
  const { body } = expectStatus(await seller.call('POST', `/api/tickets/${ticketId}/file`, { file, headers }), 201)
  say('seller', `uploads the ticket: ${body.barcodes} barcode is read, and it is sealed`)
  const again = await list(seller, 'The very same ticket')
  const refused = expectStatus(await seller.call('POST', `/api/tickets/${again}/file`, { file, headers }), 409)
  say('seller', `tries to sell it twice: "${refused.body.errors[0]?.message}"`)
  expectStatus(await seller.delete(`/api/tickets/${again}`), 204)
}

const until = async (what: string, isTrue: () => Promise<boolean>, withinMs: number) => {
  const deadline = Date.now() + withinMs
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${Math.round(withinMs / 1000)} s`)
    await Bun.sleep(250)
  }
}

const sale = async (origin: string, seller: Visitor, first: Visitor, second: Visitor) => {
  const ticketId = await list(seller, 'String quartets by candlelight')
  await upload(seller, ticketId)
  const order = expectStatus(await first.buy(ticketId), 201).body
  say('buyer', `presses BUY: the ticket is held until ${order.expiresAt}`)
  const refused = expectStatus(await second.buy(ticketId), 409)
  say(
    'rival',
    `presses BUY and reads: "${refused.body.errors[0]?.message}" (Retry-After ${refused.headers.get('retry-after')} s)`,
  )
  const edit = expectStatus(await seller.put(`/api/tickets/${ticketId}`, { priceCents: 9_000 }), 409)
  say('seller', `tries to raise the price: "${edit.body.errors[0]?.message}"`)
  const payment = expectStatus(await first.pay(order.id), 201).body
  say('buyer', `pays ${money(payment.amountCents, payment.currency)} by card: ${payment.status}`)
  const paid = expectStatus(await first.get(`/api/orders/${order.id}`), 200).body
  say('buyer', `the order is ${paid.status}`)
  expectStatus(await first.get(`/api/orders/${order.id}/code`), 200)
  expectStatus(await first.get(`/api/orders/${order.id}/file`), 200)
  say('buyer', `has the code on the screen, and the ticket as a PDF: ${origin}/orders/${order.id}`)
  expectStatus(await second.get(`/api/orders/${order.id}/file`), 404)
  say('rival', 'asks for the same ticket and is told that there is none')
  await until(
    'the ticket is sold',
    async () => (await first.get(`/api/tickets/${ticketId}`)).body.status === 'sold',
    15_000,
  )
  say('everybody', 'sees the ticket as sold')
  await until(
    'the earnings are there',
    async () => Object.keys((await seller.get('/api/payments/earnings')).body).length > 0,
    15_000,
  )
  const { body: earnings } = await seller.get('/api/payments/earnings')
  say('seller', `is owed ${money((earnings.eur as { pendingCents: number }).pendingCents, 'eur')}`)
}

const expiry = async (seller: Visitor, first: Visitor, second: Visitor) => {
  const ticketId = await list(seller, 'A matinee for children')
  const order = expectStatus(await first.buy(ticketId), 201).body
  const expiresAt = Date.parse(`${order.expiresAt}`)
  say('buyer', `presses BUY and wanders off; ${Math.ceil((expiresAt - Date.now()) / 1000)} s are left`)
  const statusNow = async () => (await first.get(`/api/orders/${order.id}`)).body
  await until('the order ends', async () => (await statusNow()).status === 'cancelled', expiresAt - Date.now() + 30_000)
  say(
    'buyer',
    `the order is cancelled (${(await statusNow()).cancelReason}), ${((Date.now() - expiresAt) / 1000).toFixed(1)} s after its time`,
  )
  const again = expectStatus(await second.buy(ticketId), 201).body
  say('rival', 'presses BUY and holds the ticket')
  expectStatus(await second.delete(`/api/orders/${again.id}`), 204)
  say('rival', 'thinks better of it and cancels: the ticket is free again')
  await until(
    'the ticket can be withdrawn',
    async () => (await seller.delete(`/api/tickets/${ticketId}`)).status === 204,
    15_000,
  )
  say('seller', 'withdraws it')
}

const main = async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'no-expiry': { type: 'boolean' }, help: { type: 'boolean' } },
  })
  if (values.help) return console.log(help)
  const [given, superfluous] = positionals
  if (superfluous) throw new Error(`"${superfluous}" is one too many; "bun run demo --help" tells what is.`)
  const origin = given ?? process.env.PUBLIC_ORIGIN ?? `http://localhost:${process.env.PORT ?? 3000}`
  const isUp = await fetch(`${origin}/readyz`, { signal: AbortSignal.timeout(5_000) }).then(
    ({ ok }) => ok,
    () => false,
  )
  if (!isUp)
    throw new Error(
      `No marketplace answers at ${origin}; start one with \`bun run up\`, or name its address: bun run demo ORIGIN`,
    )
  console.log(`A sale and an expiry at ${origin}\n`)
  const seller = await signUp(origin, 'seller')
  const buyer = await signUp(origin, 'buyer')
  const rival = await signUp(origin, 'rival')
  await sale(origin, seller, buyer, rival)
  if (values['no-expiry']) return
  await expiry(seller, buyer, rival)
  say('', 'All of it went as promised.')
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
