import type { ProcessSpec } from '@fairpass/servers'
import { supervise } from '../../tools/up/processes/supervisor.ts'
import { eventually } from '../eventually.ts'

export const readyWithinMs = 60_000
/** Servers come back soon, so that a test need not wait for the pause that keeps a machine from spinning. */
const pauses = { firstMs: 200, longestMs: 1_000, forgivenAfterMs: 30_000 }

/** A server that is started again when it dies, as `up` and a cluster do. */
export const superviseServer = async (spec: ProcessSpec) => {
  let output = ''
  const onOutput = (chunk: Uint8Array) => {
    output = (output + Buffer.from(chunk).toString()).slice(-20_000)
  }
  const supervised = supervise(spec, { onOutput, onEnd: () => {}, onStart: () => {} }, pauses)
  await eventually(spec.isReady, (isReady) => isReady, readyWithinMs).catch((error) => {
    throw new Error(`${spec.name}: ${error.message}\n${output}`)
  })
  return {
    /** SIGKILL to the process of now; another one is started at once. */
    kill: () => process.kill(supervised.pid, 'SIGKILL'),
    pid: () => supervised.pid,
    stop: () => supervised.stop(3_000),
  }
}
