import { RedisClient } from 'bun'
import { eventually } from '../eventually.ts'

const alikeWithinMs = 20_000

const withRedis = async <T>(port: number, work: (redis: RedisClient) => Promise<T>): Promise<T> => {
  const redis = new RedisClient(`redis://127.0.0.1:${port}`)
  try {
    return await work(redis)
  } finally {
    redis.close()
  }
}

/** Makes one Redis the replica of another, and waits until it follows. */
export const followUntilAlike = (port: number, ofPort: number) =>
  withRedis(port, async (redis) => {
    await redis.send('REPLICAOF', ['127.0.0.1', `${ofPort}`])
    await eventually(
      async () => String(await redis.send('INFO', ['replication'])),
      (told) => told.includes('master_link_status:up'),
      alikeWithinMs,
    )
  })

/** From now on it follows nobody, and is written to. */
export const promote = (port: number) => withRedis(port, (redis) => redis.send('REPLICAOF', ['NO', 'ONE']))
