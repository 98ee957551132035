import { afterAll, expect, test } from 'bun:test'
import { createPorts, findPart, mongodServer, mongodUri, startProcess } from '@fairpass/servers'
import { testFolder } from '@fairpass/servers/testing'

const readyWithinMs = 20_000

const service = `
  import { commonConfig, readConfig } from ${JSON.stringify(`${import.meta.dir}/../config.ts`)}
  import { createServiceApp } from ${JSON.stringify(`${import.meta.dir}/../http/app.ts`)}
  import { runService } from ${JSON.stringify(`${import.meta.dir}/run.ts`)}
  await runService('a-service', () => readConfig(commonConfig, process.env), ({ service, db }) => ({
    app: createServiceApp(service).get('/api/something', async (c) => c.text('done')),
    prepare: () => db.command({ ping: 1 }),
    loops: [],
  }))`

const ports = createPorts()
const started: { kill: (signal?: NodeJS.Signals) => void }[] = []
afterAll(() => {
  for (const child of started) child.kill('SIGKILL')
})

const until = async (what: string, isTrue: () => Promise<boolean>) => {
  const deadline = Date.now() + readyWithinMs
  while (!(await isTrue().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`${what}: not in time`)
    await Bun.sleep(20)
  }
}

const statusOf = async (port: number, path: string) =>
  (await fetch(`http://127.0.0.1:${port}${path}`, { keepalive: false })).status

const nowhere = 'mongodb://127.0.0.1:1/?replicaSet=fairpass'

const start = async ({ outliveSeconds = '0', mongodbUri = nowhere } = {}) => {
  const sidecar = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response(null, { status: 204 }) })
  const [port, health] = [await ports.any(), await ports.any()]
  ports.release()
  const child = Bun.spawn([process.execPath, '-e', service], {
    env: {
      ...process.env,
      APP_PORT: `${port}`,
      HEALTH_PORT: `${health}`,
      DAPR_HTTP_PORT: `${sidecar.port}`,
      MONGODB_URI: mongodbUri,
      OUTLIVE_SIDECAR_SECONDS: outliveSeconds,
    },
    stdout: 'pipe',
    stderr: 'inherit',
  })
  started.push(child)
  let said = ''
  const reading = (async () => {
    const decoder = new TextDecoder()
    for await (const chunk of child.stdout) said += decoder.decode(chunk, { stream: true })
  })()
  await until('the service listens', async () => (await statusOf(port, '/healthz')) === 200)
  return { child, port, health, sidecar, reading, said: () => said }
}

// Guarantee: what comes through the sidecar of a pod that ends is still answered, as long as that sidecar takes calls.
test('a service that is asked to end answers until its sidecar has ended', async () => {
  const { child, port, health, sidecar, said } = await start({ outliveSeconds: '30' })
  expect(await statusOf(port, '/healthz')).toBe(200)
  child.kill('SIGTERM')
  await until('it drains', async () => said().includes('draining'))
  for (let asked = 0; asked < 10; asked++) expect(await statusOf(port, '/healthz')).toBe(200)
  expect(await statusOf(health, '/readyz')).toBe(503)
  expect(child.exitCode).toBeNull()
  await sidecar.stop(true)
  expect(await child.exited).toBe(0)
}, 60_000)

test('without a pod it does not wait for a sidecar', async () => {
  const { child, sidecar } = await start()
  child.kill('SIGTERM')
  expect(await child.exited).toBe(0)
  await sidecar.stop(true)
}, 60_000)

test('outside the pod nothing but health is answered', async () => {
  const { child, port, health, sidecar } = await start()
  expect(await statusOf(health, '/healthz')).toBe(200)
  expect(await statusOf(health, '/api/something')).toBe(404)
  expect(await statusOf(port, '/healthz')).toBe(200)
  child.kill('SIGTERM')
  await child.exited
  await sidecar.stop(true)
}, 60_000)

// Guarantee: the order in which the parts of the marketplace start does not matter.
test('a service that was there before its database gets ready once that is there', async () => {
  const mongodPort = await createPorts().any()
  const { child, health, sidecar, said } = await start({ mongodbUri: mongodUri(mongodPort) })
  await until('it has looked in vain', async () => said().includes('not prepared yet'))
  expect(await statusOf(health, '/readyz')).toBe(503)
  const server = mongodServer({ part: await findPart('mongod'), dataDir: testFolder(), port: mongodPort })
  const mongod = await startProcess(server)
  await until('it is ready', async () => (await statusOf(health, '/readyz')) === 200)
  child.kill('SIGTERM')
  await child.exited
  await mongod.stop()
  await sidecar.stop(true)
}, 60_000)
