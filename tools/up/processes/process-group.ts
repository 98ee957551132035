import type { ProcessSpec } from '@fairpass/servers'
import { reasonOf, UserError } from '@fairpass/servers'
import { openLogFile } from './log-file.ts'
import { byLine, createNotices, kindOf, worthReading } from './notices.ts'
import { type Supervised, supervise } from './supervisor.ts'

const readyWithinMs = 180_000
const askEveryMs = 100
/** Whoever waits for longer is told what for. */
const explainedAfterMs = 15_000
const triesToStart = 4

/** A process could not listen because its port was taken after it had been chosen. */
export class PortLost extends Error {
  override readonly name = 'PortLost'
}

type Member = {
  readonly supervised: Supervised
  readonly logPath: string
  close(): void
  endedInStart: number
  lostPort: boolean
  lastSaid: string | undefined
}

type GroupOptions = {
  readonly dataDir: string
  readonly appIds: ReadonlySet<string>
  say(line: string): void
  /** Called whenever a process has another pid. */
  onChange(): void
  explainAfterMs?: number
}

/** The phase of the run, which decides what is shown of a process's output, and whether its end is a failed start. */
type Phase = { isStarting: boolean; isStopping: boolean }

const createStart = (
  { dataDir, appIds, say, onChange }: GroupOptions,
  phase: Phase,
): ((spec: ProcessSpec) => Member) => {
  const notice = createNotices(say)

  return (spec) => {
    const kind = kindOf(spec.name, appIds)
    const log = openLogFile(dataDir, spec.name)
    const state: Pick<Member, 'endedInStart' | 'lostPort' | 'lastSaid'> = {
      endedInStart: 0,
      lostPort: false,
      lastSaid: undefined,
    }
    const readLine = byLine((line) => {
      if (phase.isStarting && /EADDRINUSE|address (is )?already in use/i.test(line)) state.lostPort = true
      // What a request was refused with does not say why the process is not ready.
      if (phase.isStarting && !line.includes('"traceId"')) state.lastSaid = worthReading(line, kind) ?? state.lastSaid
      const text = phase.isStopping || state.lostPort ? undefined : worthReading(line, kind, phase.isStarting)
      if (text) notice(spec.name, text)
    })
    const supervised = supervise(spec, {
      onOutput: (chunk) => {
        log.write(chunk)
        readLine(chunk)
      },
      onEnd: (ending, pauseMs) => {
        if (phase.isStarting) state.endedInStart++
        if (!phase.isStopping) say(`${spec.name} has ended (${ending}); it is started again in ${pauseMs / 1000} s`)
      },
      onStart: () => queueMicrotask(onChange),
    })
    return Object.assign(state, { supervised, logPath: log.path, close: log.close })
  }
}

const seeLog = ({ logPath }: Member) => `its output is in ${logPath}`

const untilReady = async (
  spec: ProcessSpec,
  member: Member,
  phase: Phase,
  { say, explainAfterMs = explainedAfterMs }: GroupOptions,
) => {
  const begun = Date.now()
  const deadline = begun + readyWithinMs
  let [reason, explained] = ['it does not answer', '']
  while (Date.now() < deadline && !phase.isStopping) {
    if (member.lostPort && member.endedInStart > 0) throw new PortLost(spec.name)
    if (member.endedInStart >= triesToStart) throw new UserError(`${spec.name} does not stay up; ${seeLog(member)}`)
    try {
      if (await spec.isReady()) return
      reason = 'it says that it is not ready'
    } catch (error) {
      reason = reasonOf(error)
    }
    if (Date.now() - begun > explainAfterMs && member.lastSaid && member.lastSaid !== explained) {
      explained = member.lastSaid
      say(`${spec.name} is not ready yet (${explained}); ${seeLog(member)}`)
    }
    await Bun.sleep(askEveryMs)
  }
  const said = member.lastSaid ?? reason
  throw new UserError(`${spec.name} was not ready within ${readyWithinMs / 1000} s (${said}); ${seeLog(member)}`)
}

/** All processes of a run: started, watched, logged, and ended in order. */
export const createProcessGroup = (options: GroupOptions) => {
  const members = new Map<string, Member>()
  const phase: Phase = { isStarting: true, isStopping: false }
  const start = createStart(options, phase)

  const stopThese = async (names: readonly string[], timeoutMs: number) => {
    await Promise.all(names.map((name) => members.get(name)?.supervised.stop(timeoutMs)))
  }

  return {
    start: (spec: ProcessSpec): void => void members.set(spec.name, start(spec)),
    untilReady: async (spec: ProcessSpec) => {
      const member = members.get(spec.name)
      if (!member) throw new Error(`${spec.name} was not started`)
      await untilReady(spec, member, phase, options)
    },
    pidOf: (name: string) => members.get(name)?.supervised.pid,
    /** From now on a process that ends is an accident, and no longer a failed start. */
    started: () => {
      phase.isStarting = false
    },
    /** Apps first, so that they finish what they have begun with everything still there; at most 9.5 s in all. */
    stop: async () => {
      phase.isStopping = true
      const names = [...members.keys()]
      const ofKind = (kind: string) => names.filter((name) => kindOf(name, options.appIds) === kind)
      await stopThese(ofKind('app'), 4_500)
      await stopThese(ofKind('sidecar'), 2_500)
      await stopThese(ofKind('server'), 2_500)
      for (const { close } of members.values()) close()
      members.clear()
    },
    kill: () => {
      phase.isStopping = true
      for (const { supervised } of members.values()) supervised.kill()
    },
  }
}

export type ProcessGroup = ReturnType<typeof createProcessGroup>
