import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  createPorts,
  findPart,
  type RunningProcess,
  readTemplate,
  root,
  sidecarServer,
  startProcess,
} from '@fairpass/servers'
import { listTicket, type Marketplace, sharedMarketplace } from '../marketplace.ts'
import { expectStatus } from '../visitor.ts'

// A second replica of the web app, beside a sidecar of its own, on the Redis of the marketplace.

let market: Marketplace
let replica: string
const running: RunningProcess[] = []

beforeAll(async () => {
  market = await sharedMarketplace()
  const ports = createPorts()
  const port = await ports.any()
  const sidecar = { httpPort: await ports.any(), grpcPort: await ports.any(), internalGrpcPort: await ports.any() }
  ports.release()
  const tokens = { APP_API_TOKEN: crypto.randomUUID(), DAPR_API_TOKEN: crypto.randomUUID() }
  const { redis } = await market.runFile()
  replica = `http://127.0.0.1:${port}`
  const [web, daprd] = [
    startProcess({
      name: 'web',
      command: [process.execPath, 'start.ts'],
      cwd: `${root}/web`,
      env: {
        ...{ PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' },
        ...{ APP_PORT: `${port}`, DAPR_HTTP_PORT: `${sidecar.httpPort}`, PUBLIC_ORIGIN: market.origin },
        ...tokens,
      },
      isReady: async () => (await fetch(`${replica}/readyz`)).ok,
    }),
    startProcess(
      sidecarServer({
        part: await findPart('daprd'),
        template: await readTemplate(`${root}/dapr/dapr.yaml`),
        app: { id: 'web', port, sidecar },
        extraConfigFiles: [`${market.dataDir}/sidecars.json`],
        env: { PATH: process.env.PATH ?? '', REDIS_HOST: `127.0.0.1:${redis.port}`, REDIS_PASSWORD: '', ...tokens },
      }),
    ),
  ]
  running.push(...(await Promise.all([web, daprd])))
}, 180_000)
afterAll(() => Promise.all(running.map((each) => each.stop())))

/** The states of a ticket as a replica sends them to an open page. */
const watch = async (origin: string, ticketId: string) => {
  const answer = await fetch(`${origin}/live?ids=${ticketId}`, { signal: AbortSignal.timeout(30_000) })
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (!reader) throw new Error('nothing to read')
  const told: string[] = []
  let text = ''
  return {
    /** Each state once, however often it was sent in a row. */
    told: () => told.filter((status, at) => status !== told[at - 1]),
    until: async (status: string) => {
      while (told.at(-1) !== status) {
        const { done, value } = await reader.read()
        if (done) throw new Error(`the stream ended; told: ${told}`)
        text += value
        const lines = text.split('\n')
        // The last one may not have arrived whole.
        text = lines.pop() ?? ''
        for (const line of lines) if (line.startsWith('data: ')) told.push(JSON.parse(line.slice(6)).status)
      }
    },
    leave: () => reader.cancel(),
  }
}

// Guarantee: a page gets each change, whichever replica it is open at.
test('every replica of the web app tells every change', async () => {
  const { ticketId } = await listTicket(market)
  const pages = await Promise.all([watch(market.origin, ticketId), watch(replica, ticketId)])
  const buyer = await market.signedUp()
  const order = expectStatus(await buyer.buy(ticketId), 201).body
  await Promise.all(pages.map((page) => page.until('reserved')))
  expectStatus(await buyer.delete(`/api/orders/${order.id}`), 204)
  await Promise.all(pages.map((page) => page.until('available')))
  await Promise.all(pages.map((page) => page.leave()))
  for (const page of pages) expect(page.told().slice(-2)).toEqual(['reserved', 'available'])
}, 60_000)
