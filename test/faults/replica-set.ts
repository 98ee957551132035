import { MongoClient, MongoServerError } from 'mongodb'
import { eventually } from '../eventually.ts'

const notYetInitialized = 94

const connected = async <T>(uri: string, work: (client: MongoClient) => Promise<T>): Promise<T> => {
  const client = new MongoClient(uri, {
    serverSelectionTimeoutMS: 2_000,
    connectTimeoutMS: 1_000,
    socketTimeoutMS: 5_000,
  })
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

/** This member alone, whether or not it is the primary. */
const admin = <T>(port: number, work: (client: MongoClient) => Promise<T>): Promise<T> =>
  connected(`mongodb://127.0.0.1:${port}/?directConnection=true`, work)

/** Whether this member answers at all; it need not be the primary. */
export const isUp = (port: number) =>
  admin(port, async (client) => (await client.db('admin').command({ ping: 1 })).ok === 1)

export const isPrimary = (port: number) =>
  admin(port, async (client) => Boolean((await client.db('admin').command({ hello: 1 })).isWritablePrimary))

/** Makes one replica set of all, whose members are reached at `hosts` by each other and by everybody else. */
export const initiate = async (port: number, hosts: readonly string[]) => {
  await eventually(
    () => isUp(port),
    (isThere) => isThere,
    60_000,
  )
  await admin(port, async (client) => {
    try {
      await client.db('admin').command({ replSetGetConfig: 1 })
    } catch (error) {
      if (!(error instanceof MongoServerError) || error.code !== notYetInitialized) throw error
      // None has a higher priority, or it would take over again once it is back: a second election for one fault.
      const members = hosts.map((host, _id) => ({ _id, host }))
      const settings = { electionTimeoutMillis: 2_000, heartbeatTimeoutSecs: 2 }
      await client.db('admin').command({ replSetInitiate: { _id: 'fairpass', members, settings } })
    }
  })
}

/** How long the members may take until they agree again; their own time-outs add up to half a minute. */
const agreeWithinMs = 90_000

const isAcknowledged = (uri: string) =>
  connected(uri, async (client) => {
    const agreed = client.db('test').collection('agreed')
    return (await agreed.insertOne({}, { writeConcern: { w: 'majority', journal: true } })).acknowledged
  })

/**
 * Waits until the set acknowledges a write as services ask for it. Which member leads, and when the others follow, is MongoDB's
 * own affair: after one fell silent that took from four to 26 seconds, whoever asked.
 */
export const untilAcknowledged = (uri: string) => eventually(() => isAcknowledged(uri), Boolean, agreeWithinMs)

type Status = { members: { health: number; stateStr: string }[] }

/** Whether this member sees all of them up, one leading and the others following. */
const seesAll = (port: number) =>
  admin(port, async (client) => {
    const { members } = (await client.db('admin').command({ replSetGetStatus: 1 })) as unknown as Status
    const states = members.map(({ health, stateStr }) => (health === 1 ? stateStr : 'DOWN'))
    const leaders = states.filter((state) => state === 'PRIMARY').length
    return leaders === 1 && states.every((state) => state === 'PRIMARY' || state === 'SECONDARY')
  })

/**
 * Waits until each member sees all of them, too. Before that a write may be acknowledged and the next refused: while one
 * still reads its log and the way to another is silent, the leader loses its majority and is elected anew, two seconds
 * each time.
 */
export const untilWhole = (uri: string, ports: readonly number[]) =>
  eventually(
    async () => (await Promise.all(ports.map(seesAll))).every(Boolean) && (await isAcknowledged(uri)),
    Boolean,
    agreeWithinMs,
  )
