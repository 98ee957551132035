import { existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Part, type PartName, type Ports, type ProcessSpec, untilReady } from '@fairpass/servers'
import { GenericContainer, getContainerRuntimeClient, getReaper, Network, TestContainers, Wait } from 'testcontainers'
import type { Start } from './spec.ts'

/** Where the official images have their programs. */
const programs: Record<PartName, string> = {
  mongod: 'mongod',
  'redis-server': 'redis-server',
  daprd: '/daprd',
  placement: '/placement',
  scheduler: '/scheduler',
}

/** What of a process's environment is about the machine and not about the server. */
const ofThisMachine = ['PATH', 'HOME', 'TMPDIR']

const partOf = (name: PartName): Part => ({
  path: programs[name],
  env: {},
  version: 'of the image',
  source: 'the image',
})
const pathOf = (path: string) => `/fairpass${path}`
const envOf = (spec: ProcessSpec) =>
  Object.fromEntries(Object.entries(spec.env).filter(([name]) => !ofThisMachine.includes(name)))

/**
 * Starts servers as containers in a network of this process, from official images. A port has the same number inside and
 * outside, so that the one address by which a replica set knows its member is right for everybody.
 */
export const createContainers = async (socket: string, ports: Ports): Promise<Start> => {
  process.env.DOCKER_HOST = `unix://${socket}`
  // Inside a container testcontainers takes the gateway for the machine; published ports are on loopback there, too.
  if (existsSync('/.dockerenv')) process.env.TESTCONTAINERS_HOST_OVERRIDE ??= '127.0.0.1'
  if (process.env.TESTCONTAINERS_RYUK_DISABLED === 'true') await removeAtTheEnd()
  const network = await new Network().start()
  // It makes the apps of this process reachable for the containers that are created after it.
  await TestContainers.exposeHostPorts()

  return async (spec) => {
    const port = await ports.any()
    const server = await spec.describe({
      part: partOf(spec.part),
      dataDir: '/data',
      listen: '0.0.0.0',
      port,
      appHost: 'host.testcontainers.internal',
      pathOf,
      // Multicast passes within a network of Docker.
      nameFiles: async () => [],
    })
    if (spec.appPort) await TestContainers.exposeHostPorts(spec.appPort)
    const copies = (spec.files ?? []).map((path) => ({ source: path, target: pathOf(path) }))
    const container = new GenericContainer(process.env[spec.image.variable] || spec.image.name)
      .withCommand([...server.command])
      .withEnvironment(envOf(server))
      .withLabels({ [label]: labelOf(port) })
      .withExposedPorts({ container: port, host: port })
      .withNetwork(network)
      .withNetworkAliases(spec.name)
      .withCopyDirectoriesToContainer(copies.filter(({ source }) => statSync(source).isDirectory()))
      .withCopyFilesToContainer(copies.filter(({ source }) => statSync(source).isFile()))
      .withTmpFs(server.folder ? { [server.folder]: 'rw,mode=1777' } : {})
      // The wait of testcontainers wants a shell and more in the image; the server is asked as a process is.
      .withWaitStrategy(Wait.forAll([]))
    try {
      const started = await container.start()
      await untilReady(server, { exited: exitOf(started.getId()) })
    } catch (error) {
      throw new Error(`${spec.name}: ${error instanceof Error ? error.message : error}\n${await outputOf(port)}`)
    }
    return { port, inside: `${spec.name}:${port}` }
  }
}

const label = 'fairpass.test-server'
const labelOf = (port: number) => `${process.pid}-${port}`

const exitOf = async (id: string) => {
  const { container } = await getContainerRuntimeClient()
  const end = await container
    .getById(id)
    .wait()
    .catch(() => undefined)
  return { code: end ? Number(end.StatusCode) : null, signal: null }
}

/** The end of what a server wrote, even when its start failed and there is no handle of it. */
const outputOf = async (port: number) => {
  const { dockerode } = (await getContainerRuntimeClient()).container
  const filters = { label: [`${label}=${labelOf(port)}`] }
  const [found] = await dockerode.listContainers({ all: true, filters })
  if (!found) return ''
  return textOf(await dockerode.getContainer(found.Id).logs({ stdout: true, stderr: true, tail: 40 }))
}

/** Docker sends output in frames: eight bytes, of which the last four tell the length, then the text. */
const textOf = (frames: Buffer): string => {
  const texts: string[] = []
  for (let at = 0; at + 8 <= frames.length; ) {
    const end = at + 8 + frames.readUInt32BE(at + 4)
    texts.push(frames.toString('utf8', at + 8, end))
    at = end
  }
  return texts.join('')
}

/**
 * Without the reaper of testcontainers, and without a hook at the end of `bun test`, a process of its own has to clean up.
 */
const removeAtTheEnd = async () => {
  const { sessionId } = await getReaper(await getContainerRuntimeClient())
  const script = fileURLToPath(new URL('./remove-containers.ts', import.meta.url))
  const child = Bun.spawn([process.execPath, script, sessionId], {
    // It ends with this process, in whatever way that ends.
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'ignore',
    detached: true,
  })
  child.unref()
}
