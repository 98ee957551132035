import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ProcessSpec, respondsOk, root, run, spawnProcess, untilReady } from '@fairpass/servers'

const built = join(root, 'web/.output-edge')
const buildLimitMs = 120_000

/** The web app as a module of workers; built where its sources have changed. */
const buildForEdge = async () => {
  const build = `await (await import('./build.ts')).buildForEdgeUnlessFresh()`
  const { ok, stderr } = await run([process.execPath, '-e', build], { cwd: join(root, 'web'), timeoutMs: buildLimitMs })
  if (!ok) throw new Error(`the web app could not be built for the edge: ${stderr}`)
}

type Edge = {
  /** the program */
  workerd: string
  port: number
  /** called with each line that it says */
  onLine?: (line: string) => void
  /** who signs the certificates of what it reaches, as PEM */
  authority: string
  /** what Cloudflare calls variables and secrets */
  bindings: Readonly<Record<string, string>>
}

/** A worker as Cloudflare runs it: its modules, its settings, the files of the build, and the way out. */
const configOf = async ({ port, authority, bindings }: Edge) => {
  const names = await Array.fromAsync(new Bun.Glob('**/*.mjs').scan({ cwd: join(built, 'server') }))
  // The first is the one that is called.
  const sorted = ['index.mjs', ...names.filter((name) => name !== 'index.mjs').sort()]
  const module = (name: string) =>
    `(name = ${JSON.stringify(name)}, esModule = embed ${JSON.stringify(`server/${name}`)})`
  const binding = ([name, text]: [string, string]) => `(name = "${name}", text = ${JSON.stringify(text)})`
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "web", worker = .web),
    (name = "files", disk = (path = ${JSON.stringify(join(built, 'public'))})),
    (name = "internet", network = (
      allow = ["public", "private", "local"],
      tlsOptions = (trustedCertificates = [${JSON.stringify(authority)}])
    ))
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "web")]
);

const web :Workerd.Worker = (
  modules = [
    ${sorted.map(module).join(',\n    ')}
  ],
  compatibilityDate = "2026-11-01",
  bindings = [
    (name = "ASSETS", service = "files"),
    ${Object.entries(bindings).map(binding).join(',\n    ')}
  ]
);
`
}

const startListening = async (spec: ProcessSpec, onLine: (line: string) => void = () => {}) => {
  const decoder = new TextDecoder()
  let said = ''
  let rest = ''
  const running = spawnProcess(spec, (chunk) => {
    rest += decoder.decode(chunk, { stream: true })
    said = (said + rest).slice(-4_000)
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
  try {
    await untilReady(spec, running)
    return running
  } catch (error) {
    running.kill()
    throw new Error(`${error}\n${said}`)
  }
}

/** Starts workerd with the web app; it ends with this process at the latest. */
export const startEdge = async (edge: Edge) => {
  await buildForEdge()
  // What it embeds is found beside it.
  const config = join(built, `workerd-${edge.port}.capnp`)
  writeFileSync(config, await configOf(edge))
  const spec: ProcessSpec = {
    name: 'workerd',
    command: [edge.workerd, 'serve', config],
    env: {},
    isReady: () => respondsOk(`http://127.0.0.1:${edge.port}/healthz`),
  }
  try {
    return await startListening(spec, edge.onLine)
  } finally {
    rmSync(config)
  }
}
