import { connect, createServer, type Socket } from 'node:net'
import { createRandom } from '../chaos/random.ts'

/** What is wrong with the way between two parts. */
export type Trouble = {
  /** how much later each answer arrives, in milliseconds */
  latencyMs?: number
  /** how likely the connection is lost at each message, from 0 to 1 */
  loss?: number
  /**
   * Nothing passes and nothing is closed. Connections of that time stay silent for ever, as when the other machine is gone;
   * those made later work once the trouble is over.
   */
  isSilent?: boolean
  /** Connections are refused, and those that are open are reset. */
  isRefused?: boolean
}

/** More than that is not held back for one connection: whoever sends has to wait. */
const maxHeldBytes = 8 * 1024 * 1024

type Options = { targetPort: () => number; port?: number; seed?: number }

/** A TCP proxy on loopback between two parts of the marketplace, which makes trouble when told to. */
export const startProxy = async ({ targetPort, port = 0, seed = 1 }: Options) => {
  const random = createRandom(seed)
  const open = new Set<Socket>()
  let trouble: Trouble = {}
  let lost = 0

  const lose = (...sockets: Socket[]) => {
    lost++
    for (const socket of sockets) socket.resetAndDestroy()
  }

  const pass = (from: Socket, to: Socket, isSilent: () => boolean, isAnswer: boolean) => {
    let heldBytes = 0
    let latestAt = 0
    from.on('data', (chunk) => {
      if (isSilent()) return
      if (trouble.loss && random.chance(trouble.loss)) return lose(from, to)
      const delayMs = isAnswer ? (trouble.latencyMs ?? 0) : 0
      // What was sent first arrives first, also when the latency has changed meanwhile.
      latestAt = Math.max(latestAt, performance.now() + delayMs)
      const waitMs = latestAt - performance.now()
      if (waitMs <= 0) {
        if (!to.write(chunk)) from.pause()
        return
      }
      heldBytes += chunk.length
      if (heldBytes > maxHeldBytes) from.pause()
      setTimeout(() => {
        heldBytes -= chunk.length
        if (!to.destroyed) to.write(chunk)
        if (heldBytes <= maxHeldBytes) from.resume()
      }, waitMs)
    })
    to.on('drain', () => from.resume())
    from.on('end', () => setTimeout(() => to.end(), Math.max(0, latestAt - performance.now())))
    from.on('error', () => to.destroy())
    from.on('close', () => {
      open.delete(from)
      setTimeout(() => to.destroy(), Math.max(0, latestAt - performance.now()))
    })
  }

  const silenced = new WeakSet<Socket>()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    client.setNoDelay(true)
    if (trouble.isRefused) return client.resetAndDestroy()
    const upstream = connect({ port: targetPort(), host: '127.0.0.1', allowHalfOpen: true })
    upstream.setNoDelay(true)
    open.add(client).add(upstream)
    if (trouble.isSilent) silenced.add(client)
    const isSilent = () => silenced.has(client)
    pass(client, upstream, isSilent, false)
    pass(upstream, client, isSilent, true)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')

  return {
    port: address.port,
    /** How many connections were lost by chance. */
    lost: () => lost,

    /** From now on this is what is wrong; nothing, without an argument. */
    set: (next: Trouble = {}) => {
      trouble = next
      if (next.isSilent) for (const socket of open) silenced.add(socket)
      if (next.isRefused) for (const socket of open) socket.resetAndDestroy()
    },

    stop: () => {
      for (const socket of open) socket.destroy()
      server.close()
    },
  }
}

export type FaultyProxy = Awaited<ReturnType<typeof startProxy>>
