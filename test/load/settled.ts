import { MongoClient } from 'mongodb'
import type { RunFile } from '../marketplace.ts'

const withinMs = 30_000
const pollEveryMs = 50

type Group = { pending: number; 'last-delivered-id': string }
type Stream = { 'last-generated-id': string }

/** Knows when every event has been published, delivered and acknowledged. */
export const watchEvents = ({ redis, mongod }: RunFile) => {
  const broker = new Bun.RedisClient(`redis://127.0.0.1:${redis.port}`)
  const mongo = new MongoClient(`mongodb://127.0.0.1:${mongod.port}/?directConnection=true`)

  const isPublished = async (): Promise<boolean> => {
    const waiting = await Promise.all(
      ['orders', 'tickets'].map((name) =>
        mongo
          .db(name)
          .collection(name)
          .countDocuments({ outbox: { $exists: true } }),
      ),
    )
    return waiting.every((count) => count === 0)
  }

  const isAcknowledged = async (topic: string): Promise<boolean> => {
    const stream: Stream = await broker.send('XINFO', ['STREAM', topic])
    const groups: Group[] = await broker.send('XINFO', ['GROUPS', topic])
    return groups.every((group) => group.pending === 0 && group['last-delivered-id'] === stream['last-generated-id'])
  }

  const isSettled = async (): Promise<boolean> => {
    if (!(await isPublished())) return false
    const [, topics]: [string, string[]] = await broker.send('SCAN', ['0', 'TYPE', 'stream', 'COUNT', '100000'])
    return (await Promise.all(topics.map(isAcknowledged))).every(Boolean)
  }

  return {
    /** An event may cause others between two polls, so only two settled polls in a row count. */
    settled: async (): Promise<void> => {
      const deadline = Date.now() + withinMs
      for (let settledInARow = 0; settledInARow < 2; await Bun.sleep(pollEveryMs)) {
        if (Date.now() > deadline) throw new Error(`events were still under way after ${withinMs / 1000} s`)
        settledInARow = (await isSettled()) ? settledInARow + 1 : 0
      }
    },
    close: async () => {
      broker.close()
      await mongo.close()
    },
  }
}
