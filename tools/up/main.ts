import { UserError } from '../servers/user-error.ts'

// Only Bun and this folder's package-free files may be imported here: on a fresh clone nothing is installed yet.
const oldestBun = '1.4.0'

const help = `Runs the whole marketplace: five services with their sidecars, the web app, MongoDB, Redis and Dapr.

  bun run up           start it and stay in the foreground; Ctrl-C ends everything
  bun run up --demo    and list two dozen tickets to look at
  bun run up --observe and watch it: metrics of every app, Prometheus with its alerts, traces
  bun run dev          start it, and take over what is changed in the services
  bun run up --parts   only install packages and fetch the servers, then end

PORT, DATA_DIR, HOLD_SECONDS and the other variables are in the README.
The servers are kept in FAIRPASS_CACHE (by default ~/.cache/fairpass).`

const main = async (args: readonly string[]) => {
  const unknown = args.find((arg) => !['--demo', '--observe', '--parts', '--watch', '--help', '-h'].includes(arg))
  if (unknown) throw new UserError(`"${unknown}" is not known here; "bun run up --help" tells what is.`)
  if (args.includes('--help') || args.includes('-h')) return console.log(help)
  if (Bun.semver.order(Bun.version, oldestBun) < 0) {
    throw new UserError(
      `Bun ${Bun.version} is too old; install ${oldestBun} or newer, or use "npx --yes bun@1.4.5 run up".`,
    )
  }
  if (process.platform === 'win32') throw new UserError('Windows is not supported; use WSL, Linux or macOS.')
  const { installPackages } = await import('./install.ts')
  await installPackages()
  const { stopSignal } = await import('./processes/stop-signal.ts')
  const stop = stopSignal()
  if (args.includes('--parts')) {
    const { findParts } = await import('../servers/programs/find.ts')
    await Promise.race([findParts(), stop.requested])
    return
  }
  const { runMarketplace } = await import('./marketplace.ts')
  await runMarketplace({
    stop,
    withDemo: args.includes('--demo'),
    isObserved: args.includes('--observe'),
    isWatched: args.includes('--watch'),
  })
}

try {
  await main(process.argv.slice(2))
  process.exit(0)
} catch (error) {
  console.error(error instanceof UserError ? error.message : error)
  process.exit(1)
}
