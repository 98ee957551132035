import { describeEnding, type ProcessSpec, type RunningProcess, spawnProcess } from '@fairpass/servers'

export type Supervised = {
  readonly name: string
  /** The process of now; another one after each restart. */
  readonly pid: number
  /** Ends it for good, SIGKILL after `timeoutMs`. */
  stop(timeoutMs: number): Promise<void>
  kill(): void
}

type Watch = {
  onOutput(chunk: Uint8Array): void
  /** It ended by itself and is started again after `pauseMs`. */
  onEnd(ending: string, pauseMs: number): void
  onStart(pid: number): void
}

const pauses = { firstMs: 200, longestMs: 10_000, forgivenAfterMs: 30_000 }

/** Keeps a process running: when it dies it is started again, after a pause that doubles until it has lived for a while. */
export const supervise = (
  spec: ProcessSpec,
  watch: Watch,
  { firstMs, longestMs, forgivenAfterMs } = pauses,
): Supervised => {
  let isStopping = false
  let pauseMs = firstMs
  let timer: Timer | undefined
  let running: RunningProcess = start()

  function start() {
    const startedAt = Date.now()
    const started = spawnProcess(spec, watch.onOutput)
    watch.onStart(started.pid)
    void started.exited.then((ending) => {
      if (isStopping) return
      if (Date.now() - startedAt >= forgivenAfterMs) pauseMs = firstMs
      watch.onEnd(describeEnding(ending), pauseMs)
      timer = setTimeout(() => {
        running = start()
      }, pauseMs)
      pauseMs = Math.min(pauseMs * 2, longestMs)
    })
    return started
  }

  return {
    name: spec.name,
    get pid() {
      return running.pid
    },
    stop: async (timeoutMs) => {
      isStopping = true
      clearTimeout(timer)
      await running.stop(timeoutMs)
    },
    kill: () => {
      isStopping = true
      clearTimeout(timer)
      running.kill()
    },
  }
}
