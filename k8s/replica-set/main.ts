// Runs beside a single mongod in its pod and makes it a replica set of one: MongoDB has no transactions without one. It
// keeps running, because a mongod that lost its disk has to be initiated again.
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { MongoClient, MongoServerError } from 'mongodb'

const setName = 'fairpass'
const port = 27_017
const everyMs = 1_000
const notYetInitialized = 94

/** The pod's full name stands in its own hosts file: mongod finds itself by it, whatever DNS knows yet. */
const ownName = () => {
  const names = readFileSync('/etc/hosts', 'utf8').split(/\s+/)
  return names.find((name) => name.startsWith(`${hostname()}.`)) ?? hostname()
}

const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
  serverSelectionTimeoutMS: 2_000,
  socketTimeoutMS: 5_000,
})
const say = (msg: string) => console.log(JSON.stringify({ level: 'info', service: 'replica-set', msg }))

const look = async () => {
  const admin = client.db('admin')
  try {
    await admin.command({ replSetGetStatus: 1 })
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== notYetInitialized) throw error
    const host = `${ownName()}:${port}`
    await admin.command({ replSetInitiate: { _id: setName, members: [{ _id: 0, host }] } })
    say(`the replica set ${setName} has begun with ${host}`)
  }
}

const stopping = Promise.withResolvers<void>()
process.on('SIGTERM', () => stopping.resolve())
process.on('SIGINT', () => stopping.resolve())
let isStopping = false
stopping.promise.then(() => {
  isStopping = true
})
let lastReason = ''
while (!isStopping) {
  await look().then(
    () => {
      lastReason = ''
    },
    (error: unknown) => {
      const reason = String(error)
      if (reason !== lastReason) say(`mongod does not answer yet: ${reason}`)
      lastReason = reason
    },
  )
  await Promise.race([Bun.sleep(everyMs), stopping.promise])
}
await client.close()
process.exit(0)
