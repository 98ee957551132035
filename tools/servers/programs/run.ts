import { forgetOrphan, registerOrphan } from '../orphans.ts'

type RunOptions = {
  cwd?: string
  env?: Record<string, string | undefined>
  timeoutMs: number
  /** Called for every line of stderr, as it comes. */
  onLine?: (line: string) => void
}

export type RunResult = { ok: boolean; stdout: string; stderr: string }

/** Runs a program to its end, at most `timeoutMs`; it never outlives this process. A program that isn't there fails like any other. */
export const run = async (command: string[], { cwd, env, timeoutMs, onLine }: RunOptions): Promise<RunResult> => {
  try {
    const child = Bun.spawn(command, {
      ...(cwd && { cwd }),
      env: env ?? process.env,
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
      detached: true,
    })
    registerOrphan(child.pid)
    const kill = () => process.kill(-child.pid, 'SIGKILL')
    const timer = setTimeout(kill, timeoutMs)
    // Registered before other exit handlers, which remove what it writes to.
    process.prependOnceListener('exit', kill)
    const [stdout, stderr, code] = await Promise.all([
      new Response(child.stdout).text(),
      readLines(child.stderr, onLine),
      child.exited,
    ])
    clearTimeout(timer)
    process.off('exit', kill)
    forgetOrphan(child.pid)
    return { ok: code === 0, stdout, stderr }
  } catch (error) {
    return { ok: false, stdout: '', stderr: error instanceof Error ? error.message : String(error) }
  }
}

const readLines = async (stream: ReadableStream<Uint8Array>, onLine?: (line: string) => void) => {
  const decoder = new TextDecoder()
  let whole = ''
  let rest = ''
  for await (const chunk of stream) {
    const text = decoder.decode(chunk, { stream: true })
    whole = (whole + text).slice(-65_536)
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    if (onLine) lines.forEach(onLine)
  }
  return whole
}
