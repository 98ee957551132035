import { reasonOf, UserError } from '@fairpass/servers'
import { MongoClient } from 'mongodb'
import type { Settings } from './settings.ts'

const answerWithinMs = 5_000

/** Servers that the environment names must answer before anything is started on them. */
export const checkExternalServers = async ({ redisHost, mongodbUri }: Settings) => {
  if (redisHost) await reach(redisHost)
  if (mongodbUri) await pingMongo(mongodbUri)
}

const reach = async (address: string) => {
  const [hostname = '', port = '6379'] = address.split(':')
  const timedOut = Promise.withResolvers<never>()
  const timer = setTimeout(() => timedOut.reject(new Error('no answer')), answerWithinMs)
  try {
    const socket = await Promise.race([
      Bun.connect({ hostname, port: Number(port), socket: { data: () => {} } }),
      timedOut.promise,
    ])
    socket.end()
  } catch (error) {
    throw new UserError(
      `Redis at ${address} (REDIS_HOST) cannot be reached: ${reasonOf(error)}; start it, or unset REDIS_HOST.`,
    )
  } finally {
    clearTimeout(timer)
  }
}

const pingMongo = async (uri: string) => {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: answerWithinMs })
  try {
    await client.db('admin').command({ ping: 1, maxTimeMS: answerWithinMs })
  } catch (error) {
    throw new UserError(`MongoDB (MONGODB_URI) cannot be reached: ${reasonOf(error)}; start it, or unset MONGODB_URI.`)
  } finally {
    await client.close()
  }
}
