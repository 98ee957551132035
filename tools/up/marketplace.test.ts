import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPorts, root } from '@fairpass/servers'
import { eventually, isRunning, spawnScript, temporaryFolder } from '@fairpass/servers/testing'
import * as v from 'valibot'

setDefaultTimeout(60_000)

const folder = temporaryFolder()
const ports = createPorts()

const app = `
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: Number(process.env.APP_PORT),
  fetch: async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/environment') return Response.json(process.env)
    if (pathname === '/auth') {
      const sidecar = 'http://127.0.0.1:' + process.env.DAPR_HTTP_PORT
      return fetch(sidecar + '/v1.0/invoke/auth/method/environment', { headers: { 'dapr-api-token': process.env.DAPR_API_TOKEN } })
    }
    return new Response()
  },
})
process.on('SIGTERM', () => process.exit(0))`

mkdirSync(join(folder, 'app'))
writeFileSync(join(folder, 'app', 'main.ts'), app)
writeFileSync(
  join(folder, 'dapr.yaml'),
  `version: 1
common:
  resourcesPaths: [${join(root, 'components')}, ${join(root, 'dapr', 'resources')}]
  configFilePath: ${join(root, 'dapr', 'config.yaml')}
  enableAppHealthCheck: true
apps:
  - { appID: auth, appDirPath: app, appPort: 4001, daprHTTPPort: 3501, daprGRPCPort: 50011, daprInternalGRPCPort: 50111, command: [bun, main.ts] }
  - { appID: web, appDirPath: app, appPort: 3000, daprHTTPPort: 3500, daprGRPCPort: 50010, daprInternalGRPCPort: 50110, command: [bun, main.ts] }
`,
)

const Pid = v.object({ pid: v.number() })
const PidAndPort = v.object({ pid: v.number(), port: v.number() })
const App = v.strictObject({ pid: v.number(), port: v.number(), daprPid: v.number(), daprHttpPort: v.number() })
const RunFile = v.strictObject({
  web: App,
  services: v.record(v.string(), App),
  mongod: PidAndPort,
  redis: PidAndPort,
  stripe: PidAndPort,
  mailbox: PidAndPort,
  placement: Pid,
  scheduler: Pid,
})

const started = new Set<Bun.Subprocess>()

// A test that failed has not ended its marketplaces: what a kill leaves behind is nothing.
afterEach(async () => {
  for (const child of started) {
    child.kill('SIGKILL')
    await child.exited
  }
  started.clear()
})

const startUp = (port: number, dataDir: string, env: Record<string, string> = {}, isWatched = false) => {
  const up = spawnScript(
    `
    import { runMarketplace } from 'tools/up/marketplace.ts'
    import { stopSignal } from 'tools/up/processes/stop-signal.ts'
    try {
      await runMarketplace({ stop: stopSignal(), withDemo: false, isWatched: ${isWatched}, templateFile: '${join(folder, 'dapr.yaml')}' })
      process.exit(0)
    } catch (error) {
      console.error(error.message)
      process.exit(1)
    }`,
    {
      PORT: String(port),
      DATA_DIR: dataDir,
      MONGODB_URI: '',
      REDIS_HOST: '',
      STRIPE_SECRET_KEY: '',
      JWT_KEY: '',
      ...env,
    },
  )
  started.add(up.child)
  return up
}

const freePort = async () => {
  const port = await ports.any()
  ports.release()
  return port
}

const readyUp = async (name: string, { isWatched = false } = {}) => {
  const dataDir = join(folder, name)
  const port = await freePort()
  const up = startUp(port, dataDir, {}, isWatched)
  const isReady = await eventually(
    () => up.output().includes('Fairpass is ready') || up.child.exitCode !== null,
    50_000,
  )
  if (!isReady || up.child.exitCode !== null) throw new Error(up.output())
  const readRun = () => v.parse(RunFile, JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')))
  return { ...up, port, dataDir, readRun }
}

const pidsIn = (run: v.InferOutput<typeof RunFile>) => {
  const { web, services, ...others } = run
  return [
    ...Object.values(others).map(({ pid }) => pid),
    ...[web, ...Object.values(services)].flatMap(({ pid, daprPid }) => [pid, daprPid]),
  ]
}

test('everything is ready, each app reaches the others, and SIGTERM leaves nothing behind within 10 s', async () => {
  const { child, output, ended, port, dataDir, readRun } = await readyUp('orderly')
  expect(output()).toContain(`Fairpass is ready: http://localhost:${port}\n`)
  const pids = pidsIn(readRun())
  expect(pids.length).toBe(10)
  expect(pids.every(isRunning)).toBe(true)

  const environment = await (await fetch(`http://127.0.0.1:${port}/auth`)).json()
  expect(environment.JWT_KEY).toBe(readFileSync(join(dataDir, 'jwt-key'), 'utf8').trim())
  expect(statSync(join(dataDir, 'jwt-key')).mode & 0o777).toBe(0o600)
  expect(environment.STRIPE_SECRET_KEY).toBeUndefined()

  const startedAt = performance.now()
  child.kill('SIGTERM')
  expect((await ended()).code).toBe(0)
  expect(performance.now() - startedAt).toBeLessThan(10_000)
  expect(pids.filter(isRunning)).toEqual([])
  expect(existsSync(join(dataDir, 'run.json'))).toBe(false)
})

test('an app that is killed is started again, and run.json names the new one', async () => {
  const { child, ended, output, readRun } = await readyUp('restart')
  const before = readRun().services.auth
  if (!before) throw new Error('auth is not in run.json')
  process.kill(before.pid, 'SIGKILL')
  const now = () => readRun().services.auth
  expect(await eventually(() => now()?.pid !== before.pid)).toBe(true)
  expect(now()).toMatchObject({ port: before.port, daprPid: before.daprPid })
  expect(
    await eventually(
      async () => (await fetch(`http://127.0.0.1:${before.port}/readyz`).catch(() => null))?.ok ?? false,
    ),
  ).toBe(true)
  expect(output()).toContain('auth has ended (killed by SIGKILL); it is started again in 0.2 s')
  child.kill('SIGTERM')
  await ended()
})

test('a kill -9 of the command leaves nothing behind, and it starts again on the same data', async () => {
  const first = await readyUp('killed')
  const pids = pidsIn(first.readRun())
  const key = readFileSync(join(first.dataDir, 'jwt-key'), 'utf8')
  first.child.kill('SIGKILL')
  expect(await eventually(() => !pids.some(isRunning), 3_000)).toBe(true)

  const again = await readyUp('killed')
  expect(readFileSync(join(again.dataDir, 'jwt-key'), 'utf8')).toBe(key)
  again.child.kill('SIGINT')
  expect((await again.ended()).code).toBe(0)
})

test('two copies run side by side; a data folder and a port have one owner each, told in a sentence', async () => {
  const [one, two] = await Promise.all([readyUp('one'), readyUp('two')])
  const pids = [...pidsIn(one.readRun()), ...pidsIn(two.readRun())]
  expect(new Set(pids).size).toBe(20)

  const sameFolder = await startUp(65_000, one.dataDir).ended()
  expect(sameFolder.output).toBe(
    `${one.dataDir} is in use by another run (process ${one.child.pid}); end it, or choose another folder with DATA_DIR=….\n`,
  )
  const samePort = await startUp(two.port, join(folder, 'three')).ended()
  expect(samePort.output).toBe(
    `Port ${two.port} is taken by another program; end it, or choose another port with PORT=….\n`,
  )
  expect([sameFolder.code, samePort.code]).toEqual([1, 1])

  for (const { child } of [one, two]) child.kill('SIGTERM')
  await Promise.all([one.ended(), two.ended()])
  expect(pids.filter(isRunning)).toEqual([])
})

test('a server of the environment that does not answer is told with its variable, and nothing is started', async () => {
  const redis = await startUp(await freePort(), join(folder, 'no-redis'), { REDIS_HOST: '127.0.0.1:1' }).ended()
  expect(redis.output).toMatch(
    /^Redis at 127\.0\.0\.1:1 \(REDIS_HOST\) cannot be reached: .*; start it, or unset REDIS_HOST\.\n$/,
  )
  expect(redis.code).toBe(1)
})

test('a PORT that is no port is told at once', async () => {
  const { output, code } = await startUp(70_000, join(folder, 'no-port')).ended()
  expect([output, code]).toEqual(['PORT is "70000"; it must be a number from 1 to 65535.\n', 1])
})

test('watched, a service takes over a change of its source within two seconds, on its port and beside its sidecar', async () => {
  const { child, port, readRun } = await readyUp('watched', { isWatched: true })
  const before = readRun()
  const auth = before.services.auth
  if (!auth) throw new Error('auth does not run')
  const source = join(folder, 'app', 'main.ts')
  const takesOver = async (said: string) => {
    const changedAt = performance.now()
    writeFileSync(source, app.replace('return new Response()', `return new Response('${said}')`))
    const read = () =>
      fetch(`http://127.0.0.1:${auth.port}/`).then(
        (response) => response.text(),
        () => '',
      )
    expect(await eventually(async () => (await read()) === said, 10_000)).toBe(true)
    return performance.now() - changedAt
  }
  try {
    const times = [await takesOver('changed'), await takesOver('changed again'), await takesOver('and again')]
    console.log(`a changed service answers anew after ${times.map((ms) => `${Math.round(ms)} ms`).join(', ')}`)
    expect(Math.max(...times)).toBeLessThan(2_000)
    expect(readRun().services.auth?.daprPid).toBe(auth.daprPid)
    const reached = () =>
      fetch(`http://127.0.0.1:${port}/auth`).then(
        (response) => response.status,
        () => 0,
      )
    expect(await eventually(async () => (await reached()) === 200)).toBe(true)
  } finally {
    writeFileSync(source, app)
    child.kill('SIGTERM')
    await child.exited
  }
})
