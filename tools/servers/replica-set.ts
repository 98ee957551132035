import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Db, MongoClient, MongoServerError } from 'mongodb'
import { UserError } from './user-error.ts'

const notYetInitialized = 94

const electionTimeoutMillis = 1_000

/** Makes the mongod on `port` the only member of its replica set where needed, and returns whether it accepts writes. */
export const isPrimary = async (port: number): Promise<boolean> => {
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
    serverSelectionTimeoutMS: 1_000,
    connectTimeoutMS: 1_000,
    socketTimeoutMS: 5_000,
  })
  try {
    const admin = client.db('admin')
    const hello = await admin.command({ hello: 1 })
    if (hello.isWritablePrimary) return true
    await claim(admin, `127.0.0.1:${port}`)
    return false
  } finally {
    await client.close()
  }
}

const claim = async (admin: Db, host: string) => {
  try {
    const { config } = await admin.command({ replSetGetConfig: 1 })
    if (config.members.length === 1 && config.members[0].host === host) return
    // The data is from a run with another port.
    const moved = { ...config, version: config.version + 1, members: [{ _id: 0, host }] }
    await admin.command({ replSetReconfig: moved, force: true })
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== notYetInitialized) throw error
    await admin.command({
      replSetInitiate: { _id: 'fairpass', members: [{ _id: 0, host }], settings: { electionTimeoutMillis } },
    })
  }
}

/**
 * The address of the database of the marketplace that runs in `DATA_DIR`, or that `MONGODB_URI` names.
 * @throws UserError when none runs there
 */
export const databaseAddress = async (): Promise<string> => {
  if (process.env.MONGODB_URI) return process.env.MONGODB_URI
  const dataDir = process.env.DATA_DIR || '.data'
  const file = join(dataDir, 'run.json')
  if (!existsSync(file))
    throw new UserError(
      `No marketplace runs in ${dataDir}; start one with \`bun run up\`, or set DATA_DIR or MONGODB_URI.`,
    )
  const { mongod }: { mongod?: { port: number } } = JSON.parse(await readFile(file, 'utf8'))
  if (!mongod)
    throw new UserError(
      `The marketplace in ${dataDir} has its database elsewhere; set MONGODB_URI as it was set for it.`,
    )
  return `mongodb://127.0.0.1:${mongod.port}/?directConnection=true`
}
