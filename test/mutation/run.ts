export type Command = { command: string[]; cwd: string; limitMs: number }

const running = new Set<Bun.Subprocess>()

/** Runs a command to its end, or kills it after `limitMs`. */
export const run = async ({ command, cwd, limitMs }: Command) => {
  const child = Bun.spawn(command, {
    cwd,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: limitMs,
    killSignal: 'SIGKILL',
  })
  running.add(child)
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  running.delete(child)
  return { code, output: `${stdout}\n${stderr}`, isTooLate: child.signalCode === 'SIGKILL' }
}

/** Ends whatever is running, when this process is asked to end. */
export const endAll = () => {
  for (const child of running) child.kill('SIGKILL')
}
