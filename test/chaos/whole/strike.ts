import { eventually } from '../../eventually.ts'
import type { createClocks } from '../../faults/clocks.ts'
import type { Trouble } from '../../faults/proxy.ts'
import type { World } from '../../faults/world.ts'
import type { Fault, Victim } from './schedule.ts'

const troubles = {
  latency: { latencyMs: 2_000 },
  loss: { loss: 0.01 },
  silence: { isSilent: true },
  refusal: { isRefused: true },
} as const satisfies Record<string, Trouble>
const replacedWithinMs = 30_000

const own = ['mongod', 'redis', 'scheduler', 'stripe'] as const
const isOwn = (victim: Victim): victim is (typeof own)[number] => own.some((name) => name === victim)

const readPid = async (world: World, victim: Victim): Promise<number> => {
  if (isOwn(victim)) return world.servers[victim].pid()
  const run = await world.runFile()
  if (victim === 'mailbox' || victim === 'placement') return run[victim].pid
  const [name = '', sidecar] = victim.split('-')
  const app = Object.entries({ web: run.web, ...run.services }).find(([id]) => id === name)?.[1]
  if (!app) throw new Error(`there is no ${victim}`)
  return sidecar ? app.daprPid : app.pid
}

const isOfMongo = (fault: Fault): boolean =>
  fault.kind === 'partition' ||
  ('victim' in fault && fault.victim === 'mongod') ||
  ('part' in fault && fault.part === 'mongod') ||
  ('disk' in fault && fault.disk === 'mongod')

const createFaults = (world: World, clocks: ReturnType<typeof createClocks>) => {
  const pidOf = (victim: Victim) => readPid(world, victim)

  const kill = async (victim: Victim) => {
    const pid = await pidOf(victim)
    process.kill(pid, 'SIGKILL')
    await eventually(
      () => pidOf(victim),
      (next) => next !== pid,
      replacedWithinMs,
    )
  }

  const freeze = async (victim: Victim, ms: number) => {
    const pid = await pidOf(victim)
    process.kill(pid, 'SIGSTOP')
    await Bun.sleep(ms)
    process.kill(pid, 'SIGCONT')
  }

  return async (fault: Fault): Promise<void> => {
    switch (fault.kind) {
      case 'kill':
        return kill(fault.victim)
      case 'freeze':
        return freeze(fault.victim, fault.forMs)
      case 'partition': {
        const { proxy } = await world.primary()
        proxy.set({ isSilent: true })
        await Bun.sleep(fault.forMs)
        return proxy.set()
      }
      case 'clock':
        clocks.set({ [fault.app]: fault.offMs })
        await Bun.sleep(fault.forMs)
        return clocks.set({})
      case 'disk':
        world.disks[fault.disk]?.fill()
        await Bun.sleep(fault.forMs)
        return world.disks[fault.disk]?.empty()
      default: {
        // Whichever member is asked: the one way to the primary.
        const proxy = fault.part === 'mongod' ? (await world.primary()).proxy : world.proxies[fault.part]
        proxy.set(troubles[fault.kind])
        await Bun.sleep(fault.forMs)
        return proxy.set()
      }
    }
  }
}

/** Carries faults out. */
export const createStriker = (world: World, clocks: ReturnType<typeof createClocks>) => {
  const strike = createFaults(world, clocks)
  return {
    /** Ends when the fault has. */
    strike: async (fault: Fault): Promise<void> => {
      await strike(fault)
      if (isOfMongo(fault)) await world.untilMongoWrites()
    },

    /**
     * Until what was struck has found together again, while others may be struck: which member of MongoDB leads is its own
     * affair, and takes up to half a minute, whoever asks.
     */
    untilOver: async (fault: Fault): Promise<void> => {
      if (isOfMongo(fault)) await world.untilMongoAgrees()
    },
  }
}
