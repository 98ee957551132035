const pollEveryMs = 500
const highestRunner = 4

/**
 * `bun run up` and npx stand between the terminal and this process. A signal that ends one of them must end this too,
 * and not all pass it on: npx forwards SIGTERM to a shell that keeps it for itself.
 */
export const watchRunners = (onGone: () => void) => {
  if (!['up', 'dev'].includes(process.env.npm_lifecycle_event ?? '')) return
  const parent = process.ppid
  const runners = [parent, ...npmAbove(parent)]
  const timer = setInterval(() => {
    if (process.ppid === parent && runners.every(isThere)) return
    clearInterval(timer)
    onGone()
  }, pollEveryMs)
  timer.unref()
}

/** The processes from npm down to `pid`, when npm is among the ancestors. */
const npmAbove = (pid: number): number[] => {
  if (!process.env.npm_command) return []
  const above: number[] = []
  for (let current = pid; above.length < highestRunner; ) {
    const { stdout } = Bun.spawnSync(['ps', '-o', 'ppid=,args=', '-p', String(current)])
    const [, parent, args = ''] = stdout.toString().match(/^\s*(\d+)\s+(.*)/) ?? []
    if (/\bnp[mx]\b/.test(args)) return above
    if (!parent || Number(parent) <= 1) return []
    current = Number(parent)
    above.push(current)
  }
  return []
}

const isThere = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // It exists, but belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
