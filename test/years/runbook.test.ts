import { expect, test } from 'bun:test'
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createPorts } from '@fairpass/servers'
import { testFolder } from '@fairpass/servers/testing'
import { ticketsPdf } from '@fairpass/tickets/testing'
import { eventually, listTicket, type Marketplace, startMarketplace } from '../marketplace.ts'
import { expectStatus, type Visitor } from '../visitor.ts'

// Guarantee: the steps of docs/runbook.md for new keys, a lost Redis and a lost scheduler do what it says, and cost nobody anything.

const logOf = (dataDir: string, name: string) => readFileSync(join(dataDir, 'logs', `${name}.log`), 'utf8')
const fileOf = (buyer: Visitor, orderId: string) => buyer.get(`/api/orders/${orderId}/file`)

/** A ticket with a file, sold to somebody. */
const sellFile = async (market: Marketplace) => {
  const { seller, ticketId } = await listTicket(market, { delivery: 'file' })
  const file = await ticketsPdf([{ symbology: 'qr', text: `RUNBOOK-${ticketId}` }])
  const headers = { 'content-type': 'application/pdf' }
  expectStatus(await seller.call('POST', `/api/tickets/${ticketId}/file`, { file, headers }), 201)
  const buyer = await market.signedUp()
  const { id: orderId } = expectStatus(await buyer.buy(ticketId), 201).body
  expectStatus(await buyer.pay(orderId), 201)
  await eventually(
    () => fileOf(buyer, orderId),
    ({ status }) => status === 200,
  )
  return { buyer, ticketId, orderId }
}

const openOrder = async (market: Marketplace) => {
  const { ticketId } = await listTicket(market)
  const buyer = await market.signedUp()
  return { buyer, ticketId, orderId: expectStatus(await buyer.buy(ticketId), 201).body.id }
}

test('both keys are replaced; then Redis and the scheduler are lost', async () => {
  const ports = createPorts()
  const [dataDir, port] = [testFolder(), await ports.any()]
  ports.release()
  const inData = (name: string) => join(dataDir, name)
  const start = () => startMarketplace({ DATA_DIR: dataDir, PORT: `${port}`, HOLD_SECONDS: '12' })

  let market = await start()
  const sold = await sellFile(market)
  await market.stop()

  for (const key of ['jwt-key', 'file-key']) renameSync(inData(key), inData(`${key}-previous`))
  market = await start()
  // Whoever is signed in stays so, under a token of the key before; and the file opens under the key before.
  expectStatus(await fileOf(sold.buyer, sold.orderId), 200)
  await eventually(
    async () => logOf(dataDir, 'tickets'),
    (told) => told.includes('FILE_KEY_PREVIOUS is not needed any more'),
    20_000,
  )
  const banned = await market.signedUp()
  expectStatus(await (await market.asAdmin()).post(`/api/users/${banned.id}/ban`), 204)
  const open = await openOrder(market)
  await market.stop()

  for (const name of ['jwt-key-previous', 'file-key-previous', 'redis', 'scheduler']) {
    expect(existsSync(inData(name))).toBe(true)
    rmSync(inData(name), { recursive: true })
  }
  market = await start()
  try {
    // Tokens of the key before have ended, and the session goes on.
    expectStatus(await sold.buyer.post('/api/users/refresh'), 200)
    expectStatus(await fileOf(sold.buyer, sold.orderId), 200)
    const other = await market.signedUp()
    expect((await other.buy(sold.ticketId)).body.code).toBe('ticket_sold')
    await eventually(
      () => banned.get('/api/orders'),
      ({ status }) => status === 401 || status === 403,
    )
    expectStatus(await open.buyer.post('/api/users/refresh'), 200)
    await eventually(
      () => open.buyer.get(`/api/orders/${open.orderId}`),
      ({ body }) => body.status === 'cancelled',
      30_000,
    )
    // New orders end by new reminders.
    const next = expectStatus(await other.buy(open.ticketId), 201).body
    await eventually(
      () => other.get(`/api/orders/${next.id}`),
      ({ body }) => body.status === 'cancelled',
      30_000,
    )
  } finally {
    await market.stop()
  }
}, 240_000)
