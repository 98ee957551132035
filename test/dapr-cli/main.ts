// `bun run dapr:test`: the system as `dapr run -f` starts it on either runtime, with a sale and an expiry in it.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPorts, findDaprCli, findDeno, findPart, reasonOf, root, run, UserError } from '@fairpass/servers'
import { startServers } from './servers.ts'
import { onFreePorts } from './template.ts'

const templates = ['dapr.yaml', 'deno.yaml']

const help = `bun run dapr:test [TEMPLATE…]   runs \`dapr run -f dapr/TEMPLATE\` (${templates.join(', ')}; both unless named) on servers of its own, and the demo against it
The Dapr CLI is the one on PATH, or is built once from its Go module.`

const promiseOf = (template: string) => `dapr run -f dapr/${template} starts a marketplace in which a ticket is bought`
const buildWithinMs = 5 * 60_000
const holdSeconds = 10
const readyWithinMs = 120_000
const demoWithinMs = 120_000
const endsWithinMs = 30_000

/** The programs as `dapr init` would have installed them, and those by which the templates call the apps. */
const installPrograms = async (folder: string) => {
  const [dapr, bin] = [join(folder, '.dapr', 'bin'), join(folder, 'bin')]
  for (const each of [dapr, bin]) mkdirSync(each, { recursive: true })
  symlinkSync((await findPart('daprd')).path, join(dapr, 'daprd'))
  symlinkSync(process.execPath, join(bin, 'bun'))
  symlinkSync((await findDeno()).path, join(bin, 'deno'))
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

/** On Deno it has to be built before; on Bun it would be when it starts. */
const buildWeb = async () => {
  const build = `await (await import('./build.ts')).buildUnlessFresh()`
  const { ok, stderr } = await run([process.execPath, '-e', build], {
    cwd: join(root, 'web'),
    timeoutMs: buildWithinMs,
  })
  if (!ok) throw new Error(`the web app could not be built: ${stderr}`)
}

const runWithCli = async (cli: string, template: string, folder: string) => {
  await buildWeb()
  const ports = createPorts()
  const [mongod, redis, stripe] = [await ports.any(), await ports.any(), await ports.any()]
  const { file, web, placement, scheduler } = await onFreePorts(join(root, 'dapr', template), folder, ports, {
    '127.0.0.1:27017': `127.0.0.1:${mongod}`,
    'localhost:27017': `localhost:${mongod}`,
    'api.stripe.com:443': `127.0.0.1:${stripe}`,
  })
  console.log(`dapr run -f ${file}`)
  const origin = `http://localhost:${web}`
  const servers = await startServers(folder, ports, origin, { mongod, redis, stripe, placement, scheduler })
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

const passes = async (cli: string, template: string): Promise<boolean> => {
  const folder = mkdtempSync(join(tmpdir(), 'fairpass-dapr-cli-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  try {
    await runWithCli(cli, template, folder)
    console.log(`passed: ${promiseOf(template)}`)
    return true
  } catch (error) {
    console.log(`failed: ${promiseOf(template)}: ${reasonOf(error)}`)
    return false
  } finally {
    process.off('exit', remove)
    remove()
  }
}

const main = async (): Promise<string> => {
  const named = process.argv.slice(2)
  const unknown = named.find((name) => !templates.includes(name))
  if (unknown) throw new UserError(`There is no template ${unknown}; there are ${templates.join(' and ')}`)
  const chosen = named.length > 0 ? named : templates
  let cli: string
  try {
    cli = await findDaprCli()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    for (const template of chosen) console.log(`skipped: ${promiseOf(template)} (${error.message})`)
    return `0 passed, 0 failed, ${chosen.length} skipped`
  }
  const passed: boolean[] = []
  for (const template of chosen) passed.push(await passes(cli, template))
  return `${passed.filter(Boolean).length} passed, ${passed.filter((one) => !one).length} failed`
}

if (process.argv.includes('--help')) console.log(help)
else {
  const result = await main().catch((error: unknown) => {
    console.error(reasonOf(error))
    return '0 passed, 1 failed'
  })
  console.log(result)
  process.exit(result.includes(', 0 failed') ? 0 : 1)
}
