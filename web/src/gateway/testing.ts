import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNames } from '../../../tools/servers/sidecar.ts'

/** A TCP port that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })

/** Asks until it is true, at most `timeoutMs`. */
export const eventually = async (isTrue: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> => {
  const deadline = Date.now() + timeoutMs
  while (!(await isTrue().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`not true within ${timeoutMs} ms`)
    await Bun.sleep(50)
  }
}

/** The real daprd, from where `up` and the Dapr CLI leave it; undefined where it was never fetched. */
export const findDaprd = async (): Promise<string | undefined> => {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  const found = [process.env.DAPRD, Bun.which('daprd') ?? undefined, join(homedir(), '.dapr/bin/daprd')]
  for await (const path of new Bun.Glob('fairpass/**/daprd').scan({ cwd: cache, absolute: true })) found.push(path)
  for (const path of found) if (path && (await Bun.file(path).exists())) return path
  return undefined
}

type Sidecar = {
  httpPort: number
  stop(): Promise<void>
}

/** Sidecars that find one another through a SQLite file: multicast is not to be had everywhere. */
export const startSidecars = async (daprd: string, apps: { appId: string; appPort?: number }[], token: string) => {
  const folder = await mkdtemp(join(tmpdir(), 'fairpass-web-'))
  const [config, names] = [join(folder, 'config.yaml'), join(folder, 'names.db')]
  createNames(names)
  await Bun.write(
    config,
    `apiVersion: dapr.io/v1alpha1
kind: Configuration
metadata: { name: web-test }
spec:
  nameResolution:
    component: sqlite
    version: v1
    configuration: { connectionString: "${names}" }
`,
  )
  const sidecars: Sidecar[] = []
  for (const { appId, appPort } of apps) {
    const [httpPort, grpcPort, internalPort] = await Promise.all([freePort(), freePort(), freePort()])
    const flags = ['--app-id', appId, '--config', config, '--dapr-http-port', `${httpPort}`]
    flags.push('--dapr-grpc-port', `${grpcPort}`, '--dapr-internal-grpc-port', `${internalPort}`)
    flags.push('--dapr-listen-addresses', '127.0.0.1', '--log-level', 'error', '--enable-metrics=false')
    flags.push('--placement-host-address', '')
    flags.push('--disable-init-endpoints', 'config,subscribe')
    if (appPort) flags.push('--app-port', `${appPort}`)
    const child = Bun.spawn([daprd, ...flags], {
      env: { ...process.env, DAPR_API_TOKEN: token },
      stdout: process.env.SHOW_DAPRD ? 'inherit' : 'ignore',
      stderr: process.env.SHOW_DAPRD ? 'inherit' : 'ignore',
    })
    sidecars.push({
      httpPort,
      stop: async () => {
        child.kill('SIGKILL')
        await child.exited
      },
    })
  }
  const stop = async () => {
    await Promise.all(sidecars.map((sidecar) => sidecar.stop()))
    await rm(folder, { recursive: true, force: true })
  }
  return { sidecars, stop }
}
