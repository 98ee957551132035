import { readdirSync, readFileSync } from 'node:fs'
import { RedisClient } from 'bun'
import { MongoClient } from 'mongodb'
import type { World } from '../../faults/world.ts'

/** What one process takes. */
export type Taken = { pid: number; memoryMb: number; handles: number }

/** What one look at the marketplace found. */
export type Sample = {
  processes: Record<string, Taken>
  /** keys in Redis that are no holds, of which each ticket has one for as long as it is there */
  redisKeys: number
  holds: number
  tickets: number
  /** entries of its longest stream: each is cut at a length */
  longestStream: number
  redisMb: number
  /** documents that hold events which are not published */
  outbox: number
  /** the collections that they are in */
  owing: string[]
  deadLetters: number
}

const pageKb = 4
const mb = 1024 * 1024
const databases = ['auth', 'tickets', 'orders', 'expiration', 'payments'] as const

const takenBy = (pid: number): Taken | undefined => {
  try {
    const [, residentPages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')
    const memoryMb = Math.round((Number(residentPages) * pageKb) / 1024)
    return { pid, memoryMb, handles: readdirSync(`/proc/${pid}/fd`).length }
  } catch {
    // It was killed a moment ago.
    return undefined
  }
}

const pidsOf = async ({ runFile, servers }: World): Promise<[name: string, pid: number][]> => {
  const { web, mailbox, placement, services } = await runFile()
  return [
    ['mailbox', mailbox.pid],
    ['placement', placement.pid],
    ...Object.entries({ web, ...services }).flatMap(([name, { pid, daprPid }]): [string, number][] => [
      [name, pid],
      [`${name}-daprd`, daprPid],
    ]),
    ...Object.entries(servers).map(([name, server]): [string, number] => [name, server.pid()]),
  ]
}

const inRedis = async ({ redisPort }: World) => {
  const redis = new RedisClient(`redis://127.0.0.1:${redisPort()}`)
  try {
    const keys = new Set<string>()
    let cursor = '0'
    do {
      const [next, found] = (await redis.send('SCAN', [cursor, 'COUNT', '1000'])) as [string, string[]]
      for (const key of found) keys.add(key)
      cursor = next
    } while (cursor !== '0')
    const streams = (await redis.send('SCAN', ['0', 'COUNT', '100000', 'TYPE', 'stream'])) as [string, string[]]
    const lengths = await Promise.all(streams[1].map(async (name) => Number(await redis.send('XLEN', [name]))))
    const holds = [...keys].filter((key) => key.includes('hold:')).length
    const memory = String(await redis.send('INFO', ['memory']))
    return {
      redisKeys: keys.size - holds,
      holds,
      longestStream: Math.max(0, ...lengths),
      redisMb: Math.round(Number(/used_memory:(\d+)/.exec(memory)?.[1] ?? 0) / mb),
    }
  } finally {
    redis.close()
  }
}

/** In every collection of every service, those that are to come included. */
const inMongo = async ({ primary }: World) => {
  const { port } = await primary()
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
    serverSelectionTimeoutMS: 3_000,
  })
  try {
    let [outbox, deadLetters] = [0, 0]
    const owing: string[] = []
    const tickets = await client.db('tickets').collection('tickets').countDocuments()
    for (const name of databases) {
      const collections = await client.db(name).listCollections({}, { nameOnly: true }).toArray()
      for (const { name: collection } of collections.filter(({ name }) => !name.startsWith('system.'))) {
        const all = client.db(name).collection(collection)
        const owed = await all.countDocuments({ 'outbox.0': { $exists: true } })
        outbox += owed
        if (owed > 0) owing.push(`${name}.${collection}`)
        if (collection === 'deadLetters') deadLetters += await all.countDocuments()
      }
    }
    return { outbox, owing, deadLetters, tickets }
  } finally {
    await client.close()
  }
}

/** Looks at what may grow for ever. */
export const takeSample = async (world: World): Promise<Sample> => {
  const pids = await pidsOf(world)
  const taken = pids.flatMap(([name, pid]) => {
    const found = takenBy(pid)
    return found ? [[name, found] as const] : []
  })
  return { processes: Object.fromEntries(taken), ...(await inRedis(world)), ...(await inMongo(world)) }
}
