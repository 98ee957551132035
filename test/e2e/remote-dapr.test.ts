import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  createPorts,
  findDeno,
  findPart,
  type RunningProcess,
  readTemplate,
  respondsOk,
  root,
  sidecarServer,
  startProcess,
} from '@fairpass/servers'
import { testFolder } from '@fairpass/servers/testing'
import { denoCommand } from '@fairpass/up/deno'
import { createCertificates } from '../edge/certificates.ts'
import { startTlsProxy } from '../edge/tls-proxy.ts'
import { type Marketplace, sharedMarketplace } from '../marketplace.ts'
import { createVisitor, expectStatus } from '../visitor.ts'

// Web apps where no sidecar is: they reach Dapr by its address alone, over TLS.

const template = await readTemplate(`${root}/dapr/dapr.yaml`)
const tokens = { APP_API_TOKEN: crypto.randomUUID(), DAPR_API_TOKEN: crypto.randomUUID() }
const listing = {
  title: 'A concert elsewhere',
  ...{ venue: 'State Opera', city: 'Vienna', startsAt: '2035-06-01T19:30:00Z', priceCents: 8_900, currency: 'eur' },
}

let market: Marketplace
let endpoint: string
let authority: string
const trusting = () => ({ NODE_EXTRA_CA_CERTS: authority })
let stopProxy = () => {}
const running: RunningProcess[] = []
const ports = createPorts()
const webPort = await ports.any()

const startWeb = async (runtime: 'bun' | 'deno', port: number, more: Record<string, string>) => {
  const web = template.apps.find(({ id }) => id === 'web')
  if (!web) throw new Error('there is no web app')
  const env = {
    ...{ PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' },
    ...{ APP_PORT: `${port}`, DAPR_HTTP_ENDPOINT: endpoint, PUBLIC_ORIGIN: `http://127.0.0.1:${port}`, ...tokens },
    ...more,
  }
  const onDeno = async () => denoCommand({ app: { ...web, port }, env, deno: (await findDeno()).path })
  const started = await startProcess({
    name: `web on ${runtime}`,
    command: runtime === 'deno' ? await onDeno() : [process.execPath, '.output/server/index.mjs'],
    cwd: web.dir,
    env,
    isReady: () => respondsOk(`http://127.0.0.1:${port}/healthz`),
  })
  running.push(started)
  return `http://127.0.0.1:${port}`
}

beforeAll(async () => {
  market = await sharedMarketplace()
  const sidecar = { httpPort: await ports.any(), grpcPort: await ports.any(), internalGrpcPort: await ports.any() }
  ports.release()
  const { authorityFile, ...files } = await createCertificates(testFolder())
  authority = authorityFile
  const proxy = await startTlsProxy({ ...files, to: sidecar.httpPort })
  endpoint = proxy.endpoint
  stopProxy = proxy.stop
  const { redis } = await market.runFile()
  const daprd = sidecarServer({
    part: await findPart('daprd'),
    template,
    app: { id: 'web', port: webPort, sidecar },
    extraConfigFiles: [`${market.dataDir}/sidecars.json`],
    env: { PATH: process.env.PATH ?? '', REDIS_HOST: `127.0.0.1:${redis.port}`, REDIS_PASSWORD: '', ...tokens },
  })
  // A sidecar is ready when its app listens.
  const [started] = await Promise.all([startProcess(daprd), startWeb('bun', webPort, trusting())])
  running.push(started)
}, 180_000)

afterAll(async () => {
  await Promise.all(running.map((each) => each.stop()))
  stopProxy()
})

for (const runtime of ['bun', 'deno'] as const)
  test(`a web app on ${runtime} sells a ticket through a Dapr endpoint over TLS, whose authority it was told`, async () => {
    const beside = `http://127.0.0.1:${webPort}`
    const origin = runtime === 'bun' ? beside : await startWeb(runtime, await createPorts().any(), trusting())
    const newPerson = async () => {
      const person = createVisitor(origin, market.contract.check)
      const email = `remote-${crypto.randomUUID()}@fairpass.example`
      expectStatus(await person.post('/api/users/signup', { email, password: 'a long enough password' }), 201)
      return person
    }
    const [seller, buyer] = [await newPerson(), await newPerson()]
    const { body: ticket } = expectStatus(await seller.post('/api/tickets', listing), 201)
    const { body: order } = expectStatus(await buyer.buy(ticket.id), 201)
    expectStatus(await buyer.pay(order.id), 201)
    expect((await fetch(`${origin}/readyz`)).status).toBe(200)
  }, 60_000)

// Guarantee: what visitors show, and the token, are not told to whoever answers at that address.
for (const runtime of ['bun', 'deno'] as const)
  test(`a web app on ${runtime} does not trust an endpoint whose authority it does not know`, async () => {
    const origin = await startWeb(runtime, await createPorts().any(), {})
    expect((await fetch(`${origin}/readyz`)).status).toBe(503)
    expect((await fetch(`${origin}/api/tickets`)).status).toBe(503)
  }, 60_000)
