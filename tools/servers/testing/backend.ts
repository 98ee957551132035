import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { UserError } from '@fairpass/servers'

type Environment = Readonly<Record<string, string | undefined>>
type Backend = { readonly kind: 'processes' } | { readonly kind: 'containers'; readonly socket: string }

const answerWithinMs = 1_000

/**
 * How tests start their servers: `TEST_SERVERS`, as plain processes by default.
 * @throws UserError when it has another value, or containers where no Docker of this machine answers within a second
 */
export const readBackend = async (env: Environment): Promise<Backend> => {
  const wanted = env.TEST_SERVERS || 'processes'
  if (wanted === 'processes') return { kind: 'processes' }
  if (wanted !== 'containers') {
    throw new UserError(`TEST_SERVERS is "${wanted}"; it must be "processes" or "containers".`)
  }
  const socket = socketOf(env)
  if (socket && (await dockerAnswers(socket))) return { kind: 'containers', socket }
  const where = socket ?? env.DOCKER_HOST ?? 'the usual sockets'
  throw new UserError(
    `TEST_SERVERS is "containers", but no Docker of this machine answers at ${where}; start it, or leave TEST_SERVERS away.`,
  )
}

/** Containers are reached on 127.0.0.1, so a Docker elsewhere is none. */
const socketOf = (env: Environment) => {
  if (env.DOCKER_HOST) return /^unix:\/\/(.+)/.exec(env.DOCKER_HOST)?.[1]
  const rootless = env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, 'docker.sock')] : []
  return ['/var/run/docker.sock', ...rootless, join(homedir(), '.docker/run/docker.sock')].find(existsSync)
}

// A socket that accepts and then says nothing must not hold the tests up.
const dockerAnswers = async (socket: string) => {
  try {
    const response = await fetch('http://docker/_ping', { unix: socket, signal: AbortSignal.timeout(answerWithinMs) })
    return response.ok
  } catch {
    return false
  }
}
