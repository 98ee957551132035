// `bun run dapr:test`: the system as `dapr run -f dapr/dapr.yaml` starts it, with a sale and an expiry in it.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPorts, findDaprCli, findPart, reasonOf, root, run, UserError } from '@fairpass/servers'
import { startServers } from './servers.ts'
import { onFreePorts } from './template.ts'

const help = `bun run dapr:test   runs \`dapr run -f dapr/dapr.yaml\` on servers of its own, and the demo against it
The Dapr CLI is the one on PATH, or is built once from its Go module.`

const name = 'dapr run -f dapr/dapr.yaml starts a marketplace in which a ticket is bought'
const holdSeconds = 10
const readyWithinMs = 120_000
const demoWithinMs = 120_000
const endsWithinMs = 30_000

/** The programs as `dapr init` would have installed them, and `bun`, by which the template calls the apps. */
const installPrograms = async (folder: string) => {
  const [dapr, bin] = [join(folder, '.dapr', 'bin'), join(folder, 'bin')]
  for (const each of [dapr, bin]) mkdirSync(each, { recursive: true })
  symlinkSync((await findPart('daprd')).path, join(dapr, 'daprd'))
  symlinkSync(process.execPath, join(bin, 'bun'))
  return { DAPR_RUNTIME_PATH: folder, PATH: `${bin}:${process.env.PATH}` }
}

const untilReady = async (origin: string, hasEnded: () => boolean) => {
  const deadline = Date.now() + readyWithinMs
  const probes = ['/readyz', '/api/users/currentuser', '/api/tickets', '/api/orders', '/api/payments/earnings']
  const isOk = (path: string) =>
    fetch(`${origin}${path}`, { signal: AbortSignal.timeout(2_000) }).then(
      ({ status }) => status < 500,
      () => false,
    )
  while (!(await Promise.all(probes.map(isOk))).every(Boolean)) {
    if (hasEnded()) throw new Error('dapr run ended before the marketplace was ready')
    if (Date.now() > deadline) throw new Error(`the marketplace was not ready within ${readyWithinMs / 1000} s`)
    await Bun.sleep(250)
  }
}

/** The probes above would push what an app said before it ended out of sight. */
const withoutRequests = (log: string) =>
  log
    .split('\n')
    .filter((line) => !/"(?:msg|message)":"request"/.test(line))
    .join('\n')

const runWithCli = async (cli: string, folder: string) => {
  const ports = createPorts()
  const { file, web, placement, scheduler } = await onFreePorts(join(root, 'dapr', 'dapr.yaml'), folder, ports)
  console.log(`dapr run -f ${file}`)
  const origin = `http://localhost:${web}`
  const servers = await startServers(folder, ports, { placement, scheduler, origin })
  ports.release()
  const log = join(folder, 'dapr-run.log')
  const child = Bun.spawn([cli, 'run', '-f', file], {
    cwd: root,
    env: {
      ...process.env,
      ...servers.env,
      ...(await installPrograms(folder)),
      PUBLIC_ORIGIN: origin,
      HOLD_SECONDS: `${holdSeconds}`,
    },
    stdin: 'ignore',
    stdout: Bun.file(log),
    stderr: Bun.file(log),
  })
  try {
    await untilReady(origin, () => child.exitCode !== null)
    const demo = await run([process.execPath, 'tools/demo/main.ts', origin], { cwd: root, timeoutMs: demoWithinMs })
    console.log(demo.stdout)
    if (!demo.ok) throw new Error(`the demo did not come to its end: ${demo.stderr}`)
  } catch (error) {
    throw new Error(`${reasonOf(error)}\n${withoutRequests(await Bun.file(log).text()).slice(-8_000)}`)
  } finally {
    child.kill('SIGINT')
    const timer = setTimeout(() => child.kill('SIGKILL'), endsWithinMs)
    await child.exited
    clearTimeout(timer)
    await servers.stop()
  }
}

const main = async (): Promise<string> => {
  let cli: string
  try {
    cli = await findDaprCli()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    console.log(`skipped: ${name} (${error.message})`)
    return '0 passed, 0 failed, 1 skipped'
  }
  const folder = mkdtempSync(join(tmpdir(), 'fairpass-dapr-cli-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  try {
    await runWithCli(cli, folder)
    console.log(`passed: ${name}`)
    return '1 passed, 0 failed'
  } catch (error) {
    console.log(`failed: ${name}: ${reasonOf(error)}`)
    return '0 passed, 1 failed'
  }
}

if (process.argv.includes('--help')) console.log(help)
else {
  const result = await main()
  console.log(result)
  process.exit(result.includes(', 0 failed') ? 0 : 1)
}
