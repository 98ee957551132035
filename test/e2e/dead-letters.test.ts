import { beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { createDapr, type Dapr } from '@fairpass/sdk/dapr'
import { type DeadLetter, event } from '@fairpass/sdk/events'
import { newId } from '@fairpass/sdk/mongo'
import { createPorts, findPart, readTemplate, sidecarServer, startProcess } from '@fairpass/servers'
import type { Document } from 'mongodb'
import { eventually, listTicket, type Marketplace, sharedMarketplace } from '../marketplace.ts'

// Promise 4: a published event is applied, if not now then when the cause is fixed.

let market: Marketplace
let dapr: Dapr

/** A sidecar of nobody's app, on the marketplace's broker. */
const outsider = async (): Promise<Dapr> => {
  const root = join(import.meta.dir, '../..')
  const ports = createPorts()
  const sidecar = { httpPort: await ports.any(), grpcPort: await ports.any(), internalGrpcPort: await ports.any() }
  const { redis } = await market.runFile()
  const app = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => Response.json([]) })
  await startProcess(
    sidecarServer({
      part: await findPart('daprd'),
      template: await readTemplate(join(root, 'dapr/dapr.yaml')),
      app: { id: 'outsider', port: app.port ?? 0, sidecar },
      env: { PATH: process.env.PATH ?? '', REDIS_HOST: `127.0.0.1:${redis.port}`, REDIS_PASSWORD: '' },
    }),
  )
  return createDapr({ httpPort: sidecar.httpPort })
}

beforeAll(async () => {
  market = await sharedMarketplace()
  dapr = await outsider()
})

const deadLetters = async (...args: string[]) => {
  const { MONGODB_URI: _uri, ...env } = process.env
  const child = Bun.spawn([process.execPath, join(import.meta.dir, '../../tools/dead-letters/main.ts'), ...args], {
    env: { ...env, DATA_DIR: market.dataDir },
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const said = await new Response(child.stdout).text()
  return { code: await child.exited, said }
}

const reservationOf = (ticketId: string) => {
  const now = Date.now()
  return event('order.created', {
    id: newId(),
    version: 1,
    status: 'created',
    ticketId,
    buyerId: newId(),
    sellerId: newId(),
    totalCents: 8_900,
    currency: 'eur',
    createdAt: new Date(now).toISOString(),
    expiresAt: new Date(now + 3_600_000).toISOString(),
  })
}

// Without the policy `redeliver`, or without the dead-letter topic, nothing is kept.
test('an event that cannot be applied is tried again, then kept, and can be played again', async () => {
  const { ticketId: listed } = await listTicket(market)
  const { db, close } = await market.database('tickets')
  try {
    const tickets = db.collection<Document & { _id: string }>('tickets')
    const letters = db.collection<DeadLetter>('deadLetters')
    const ticketId = newId()
    const order = reservationOf(ticketId)
    const toldAt = Date.now()
    await dapr.publish(order)
    const kept = await eventually(
      () => letters.findOne({ _id: order.id }),
      (letter) => letter !== null,
      40_000,
    )
    expect((kept?.at.getTime() ?? 0) - toldAt).toBeGreaterThan(3_000)

    const reason = `There is no ticket ${ticketId}`
    expect((await deadLetters('list')).said).toMatch(new RegExp(`tickets +order.created +${order.id} .+${reason}`))
    const failed = await deadLetters('replay', order.id)
    expect(failed.said).toContain(`failed again: ${reason}`)
    expect(failed.code).toBe(1)

    const ticket = await tickets.findOne({ _id: listed })
    await tickets.insertOne({ ...ticket, _id: ticketId })
    const applied = await deadLetters('replay', '--all', '--service', 'tickets')
    expect(applied.said).toContain(`${order.id}  applied`)
    expect(await letters.findOne({ _id: order.id })).toBeNull()
    const seen = await market.visitor().get(`/api/tickets/${ticketId}`)
    expect(seen.body.status).toBe('reserved')
  } finally {
    await close()
  }
}, 120_000)
