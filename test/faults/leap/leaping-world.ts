import { testFolder } from '@fairpass/servers/testing'
import { openShop } from '../shop.ts'
import { startWorld } from '../world.ts'
import { createMachineClock } from './machine-clock.ts'

/** A marketplace and all its servers under one clock, which can be set while they run; tokens of its shops are signed with `jwtKey`. */
export const startLeapingWorld = async (jwtKey: string, env: Record<string, string>) => {
  const clock = createMachineClock(testFolder())
  const world = await startWorld({ env: { JWT_KEY: jwtKey, ...env }, everywhere: clock.env })
  const { web, services, placement } = await world.runFile()
  const sidecars = [web, ...Object.values(services)].map(({ daprPid }) => daprPid)
  await clock.lead([...sidecars, placement.pid, world.servers.scheduler.pid()])
  return {
    world,
    leap: clock.leap,
    /** People whose tokens begin now, as that clock has it. */
    openedNow: () => openShop(world.origin, jwtKey, clock.now),
    stop: async () => {
      clock.close()
      await world.stop()
    },
  }
}

export type LeapingWorld = Awaited<ReturnType<typeof startLeapingWorld>>
