import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { type Lock, tryLock } from './lock.ts'
import { UserError } from './user-error.ts'

const folder = () => join(tmpdir(), `fairpass-ports-${userInfo().uid}`)
const triesForAnyPort = 50
const answerWithinMs = 500

/** Why a port cannot be used, by the system's error code. */
export const whyNot = (port: number, variable: string, code: string | undefined): string =>
  code === 'EACCES' || code === 'EPERM'
    ? `Port ${port} may be used only by an administrator of this machine; choose one from 1024 on with ${variable}=….`
    : `Port ${port} is taken by another program; end it, or choose another port with ${variable}=….`

/**
 * Ports for one run. A port that was given is locked until this process ends, so that two runs that start at the same
 * moment never get the same one before they listen.
 */
export const createPorts = () => {
  const locks = new Map<number, Lock>()

  const take = async (port: number) => {
    if (locks.has(port)) return false
    const lock = tryLock(join(folder(), String(port)))
    if (!lock) return false
    if (await isFree(port)) {
      locks.set(port, lock)
      return true
    }
    lock.release()
    return false
  }

  const any = async () => {
    for (let tries = 0; tries < triesForAnyPort; tries++) {
      const port = await portFromSystem()
      if (await take(port)) return port
    }
    throw new UserError('No free port was found on 127.0.0.1; end some programs and start again.')
  }

  return {
    any,
    /** The wanted port when it is free, else another one. */
    preferably: async (port: number) => ((await take(port)) ? port : any()),
    /** Exactly this port; when it is taken the error names the variable that chooses another one. */
    exactly: async (port: number, variable: string) => {
      if (await take(port)) return port
      throw new UserError(whyNot(port, variable, await obstacleOf(port)))
    },
    release: () => {
      for (const lock of locks.values()) lock.release()
      locks.clear()
    },
  }
}

export type Ports = ReturnType<typeof createPorts>

// On macOS one can listen on 127.0.0.1 beside somebody who listens on every address, so both are asked.
const isFree = async (port: number) => (await canListen(port)) && !(await isAnswered(port))

/** Why nobody can listen there, by the system's own code; undefined when one can. */
const obstacleOf = (port: number) =>
  new Promise<string | undefined>((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve('code' in error ? String(error.code) : 'unknown'))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(undefined)))
  })

const canListen = async (port: number) => (await obstacleOf(port)) === undefined

const isAnswered = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ port, host: 'localhost', timeout: answerWithinMs })
    const settle = (isTaken: boolean) => {
      socket.destroy()
      resolve(isTaken)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
    socket.once('timeout', () => settle(false))
  })

const portFromSystem = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
