import { connect, createServer, type Server, type Socket } from 'node:net'
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

type Way = {
  from: Socket
  to: Socket
  isAnswer: boolean
  /** whether nothing passes on this connection any more */
  isSilent: () => boolean
  /** whether the connection is lost at this message */
  isLost: () => boolean
  trouble: () => Trouble
}

/** One direction of a connection. */
const relay = ({ from, to, isAnswer, isSilent, isLost, trouble }: Way) => {
  let heldBytes = 0
  let latestAt = 0
  const untilLatestMs = () => Math.max(0, latestAt - performance.now())
  const hold = (chunk: Buffer) => {
    heldBytes += chunk.length
    if (heldBytes > maxHeldBytes) from.pause()
    setTimeout(() => {
      heldBytes -= chunk.length
      if (!to.destroyed) to.write(chunk)
      if (heldBytes <= maxHeldBytes) from.resume()
    }, untilLatestMs())
  }
  from.on('data', (chunk: Buffer) => {
    if (isSilent()) return
    if (isLost()) {
      from.resetAndDestroy()
      to.resetAndDestroy()
      return
    }
    // What was sent first arrives first, also when the latency has changed meanwhile.
    latestAt = Math.max(latestAt, performance.now() + (isAnswer ? (trouble().latencyMs ?? 0) : 0))
    if (untilLatestMs() > 0) hold(chunk)
    else if (!to.write(chunk)) from.pause()
  })
  to.on('drain', () => from.resume())
  from.on('end', () => setTimeout(() => to.end(), untilLatestMs()))
  from.on('error', () => to.destroy())
  from.on('close', () => setTimeout(() => to.destroy(), untilLatestMs()))
}

const listen = (server: Server, port: number) =>
  new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('the proxy has no port'))
      else resolve(address.port)
    })
  })

const track = (socket: Socket, open: Set<Socket>) => {
  socket.setNoDelay(true)
  open.add(socket)
  socket.on('close', () => open.delete(socket))
}

/** A TCP proxy on loopback between two parts of the marketplace, which makes trouble when told to. */
export const startProxy = async ({ targetPort, port = 0, seed = 1 }: Options) => {
  const random = createRandom(seed)
  const open = new Set<Socket>()
  const silenced = new WeakSet<Socket>()
  let trouble: Trouble = {}
  let lost = 0

  const isLost = () => {
    const isLostNow = trouble.loss !== undefined && random.chance(trouble.loss)
    if (isLostNow) lost++
    return isLostNow
  }
  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (trouble.isRefused) return client.resetAndDestroy()
    const upstream = connect({ port: targetPort(), host: '127.0.0.1', allowHalfOpen: true })
    for (const socket of [client, upstream]) track(socket, open)
    if (trouble.isSilent) silenced.add(client)
    const both = { isSilent: () => silenced.has(client), isLost, trouble: () => trouble }
    relay({ from: client, to: upstream, isAnswer: false, ...both })
    relay({ from: upstream, to: client, isAnswer: true, ...both })
  })

  return {
    port: await listen(server, port),
    /** How many connections were lost by chance. */
    lost: () => lost,

    /** From now on this is what is wrong; nothing, without an argument. */
    set: (next: Trouble = {}) => {
      trouble = next
      if (next.isSilent) for (const socket of open) silenced.add(socket)
      if (next.isRefused) for (const socket of open) socket.resetAndDestroy()
    },

    /** Everybody has to connect anew. */
    reset: () => {
      for (const socket of open) socket.resetAndDestroy()
    },

    stop: () => {
      for (const socket of open) socket.destroy()
      server.close()
    },
  }
}

export type FaultyProxy = Awaited<ReturnType<typeof startProxy>>
