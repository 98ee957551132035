import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openClockOf } from './vdso.ts'

const source = new URL('clock.c', import.meta.url).pathname
const compiler = Bun.which('cc')

/** Whether all clocks of a marketplace can be set together here: a C compiler for what is linked dynamically, x64 for the rest. */
export const canLeap = process.platform === 'linux' && process.arch === 'x64' && compiler !== null

/**
 * The clock on the wall of one machine, as all programs that are started with `env` see it, and those of Go whose processes
 * are given to `lead`. The monotonic clock stays right.
 */
export const createMachineClock = (folder: string) => {
  const [file, library] = [join(folder, 'machine-clock'), join(folder, 'clock.so')]
  const compiled = Bun.spawnSync([compiler ?? 'cc', '-shared', '-fPIC', '-O2', '-o', library, source])
  if (!compiled.success) throw new Error(compiled.stderr.toString())
  const led: Awaited<ReturnType<typeof openClockOf>>[] = []
  let offSeconds = 0
  const write = () => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(BigInt(offSeconds))
    // In place: it is mapped into every process.
    writeFileSync(file, bytes, { flag: 'r+' })
  }
  writeFileSync(file, Buffer.alloc(8))
  return {
    env: { LD_PRELOAD: library, MACHINE_CLOCK: file },
    lead: async (pids: readonly number[]) => {
      for (const pid of pids) led.push(await openClockOf(pid))
    },
    now: () => Date.now() + offSeconds * 1_000,
    leap: (seconds: number) => {
      offSeconds += seconds
      for (const clock of led) clock.set(offSeconds)
      write()
    },
    close: () => {
      for (const clock of led) clock.close()
    },
  }
}
