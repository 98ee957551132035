import { closeSync, mkdirSync, openSync, readFileSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { forgetOrphan, registerOrphan } from './orphans.ts'
import { withTimerSlack } from './timer-slack.ts'
import { reasonOf } from './user-error.ts'

/** A server to run as a plain process. */
export type ProcessSpec = {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  readonly cwd?: string
  /** Where it keeps its data; readable by its user alone, and created when missing. */
  readonly folder?: string
  /** Its whole environment: nothing else is inherited. */
  readonly env: Readonly<Record<string, string>>
  /** How late its timers may come, in milliseconds, so that they come together; where the system knows of it (Linux). */
  readonly timerSlackMs?: number
  /** Asked again and again until it is true; may throw or take up to a second. */
  readonly isReady: () => Promise<boolean>
}

export type Ending = { readonly code: number | null; readonly signal: string | null }

export type RunningProcess = {
  readonly name: string
  readonly pid: number
  readonly exited: Promise<Ending>
  /** Asks it to end (SIGTERM), kills it and all it started after `timeoutMs`, and resolves when it is gone. */
  stop(timeoutMs?: number): Promise<void>
  kill(): void
}

const stopWithinMs = 4_000
const readyWithinMs = 30_000
const askEveryMs = 50

// When the parent dies by SIGKILL the kernel kills the child, even if the reaper of orphans.ts is gone, too.
const setpriv = process.platform === 'linux' ? Bun.which('setpriv') : null
const boundToParent = setpriv ? [setpriv, '--pdeathsig', 'KILL', '--'] : []

/** Starts a process in a group of its own (a terminal's Ctrl-C does not reach it) and hands its output on as it comes. */
export const spawnProcess = (spec: ProcessSpec, onOutput: (chunk: Uint8Array) => void): RunningProcess => {
  const child = spawnDetached(spec, 'pipe')
  void drain(child.stdout, onOutput)
  void drain(child.stderr, onOutput)
  return runningProcess(spec.name, child)
}

const spawnDetached = <Out extends 'pipe' | number>(spec: ProcessSpec, output: Out) => {
  if (spec.folder) mkdirSync(spec.folder, { recursive: true, mode: 0o700 })
  const child = withTimerSlack(spec.timerSlackMs, () =>
    Bun.spawn([...boundToParent, ...spec.command], {
      ...(spec.cwd && { cwd: spec.cwd }),
      env: { ...spec.env },
      stdin: 'ignore',
      stdout: output,
      stderr: output,
      detached: true,
    }),
  )
  registerOrphan(child.pid)
  return child
}

const runningProcess = (name: string, child: Bun.Subprocess): RunningProcess => {
  const killGroup = () => {
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // No process of the group is left.
    }
  }
  const exited = child.exited.then((): Ending => {
    // What it started itself must not keep its port from the next one.
    killGroup()
    forgetOrphan(child.pid)
    return { code: child.exitCode, signal: child.signalCode === null ? null : String(child.signalCode) }
  })
  return {
    name,
    pid: child.pid,
    exited,
    kill: killGroup,
    stop: async (timeoutMs = stopWithinMs) => {
      const timer = setTimeout(killGroup, timeoutMs)
      child.kill('SIGTERM')
      await exited
      clearTimeout(timer)
    },
  }
}

const drain = async (stream: ReadableStream<Uint8Array>, onOutput: (chunk: Uint8Array) => void) => {
  for await (const chunk of stream) onOutput(chunk)
}

/** Resolves when the process serves; throws when it ended before, or after `timeoutMs`. */
export const untilReady = async (
  spec: Pick<ProcessSpec, 'name' | 'isReady'>,
  running: Pick<RunningProcess, 'exited'>,
  timeoutMs = readyWithinMs,
) => {
  let ending: Ending | undefined
  void running.exited.then((value) => {
    ending = value
  })
  const deadline = Date.now() + timeoutMs
  let reason = 'it does not answer'
  while (Date.now() < deadline) {
    if (ending) throw new Error(`${spec.name} ended before it was ready (${describeEnding(ending)})`)
    try {
      if (await spec.isReady()) return
      reason = 'it answers that it is not ready'
    } catch (error) {
      reason = reasonOf(error)
    }
    await Bun.sleep(askEveryMs)
  }
  throw new Error(`${spec.name} was not ready after ${timeoutMs / 1000} s: ${reason}`)
}

export const describeEnding = ({ code, signal }: Ending) => (signal ? `killed by ${signal}` : `exit code ${code}`)

/**
 * Starts one server and waits until it serves. It ends with this process at the latest. Its output goes to an unlinked file:
 * in long runs of tests Bun was seen to stop reading a child's pipe, and MongoDB, whose log was blocked, stopped answering.
 * @throws Error with the end of its output when it ended early or was not ready in time
 */
export const startProcess = async (spec: ProcessSpec, { timeoutMs = readyWithinMs } = {}): Promise<RunningProcess> => {
  const path = join(tmpdir(), `fairpass-${spec.name}-${process.pid}-${crypto.randomUUID()}.log`)
  const output = openSync(path, 'ax+', 0o600)
  try {
    const running = runningProcess(spec.name, spawnDetached(spec, output))
    try {
      await untilReady(spec, running, timeoutMs)
      return running
    } catch (error) {
      running.kill()
      await running.exited
      throw new Error(`${reasonOf(error)}\n${readFileSync(path, 'utf8').slice(-4_000)}`)
    }
  } finally {
    unlinkSync(path)
    closeSync(output)
  }
}

/** `GET` answers 2xx within a second. */
export const respondsOk = async (url: string) => {
  const response = await fetch(url, { signal: AbortSignal.timeout(1_000) })
  await response.body?.cancel()
  return response.ok
}
