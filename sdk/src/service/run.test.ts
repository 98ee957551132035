import { expect, test } from 'bun:test'
import { createPorts, findPart, mongodServer, mongodUri, startProcess } from '@fairpass/servers'
import { testDatabase, testFolder } from '@fairpass/servers/testing'
import * as v from 'valibot'
import { connect } from './run.ts'

type Note = { _id: string }

const writers = Array.from({ length: 16 }, (_, index) => index)
const writingMs = 250

// Promise 6: what was acknowledged survives `kill -9` of MongoDB. A client that does not ask for the journal would lose
// what it was told last, here up to half a second of it: nobody else writes the journal any sooner.
test('what MongoDB has acknowledged survives kill -9', async () => {
  const port = await createPorts().any()
  const spec = mongodServer({ part: await findPart('mongod'), dataDir: testFolder(), port })
  expect(spec.command.join(' ')).toContain('--journalCommitInterval 500')
  const server = await startProcess(spec)
  const client = connect(mongodUri(port), 'test')
  const acknowledged: string[] = []
  const notes = client.db('survival').collection<Note>('notes')
  await notes.insertOne({ _id: 'the first' })
  const write = async (writer: number) => {
    for (let count = 1; ; count++) acknowledged.push((await notes.insertOne({ _id: `${writer} ${count}` })).insertedId)
  }
  const writing = Promise.allSettled(writers.map(write))
  await Bun.sleep(writingMs)
  process.kill(server.pid, 'SIGKILL')
  await server.exited
  // A client says goodbye to a server that is not there any more for as long as it may.
  void client.close(true).catch(() => {})
  await writing

  const again = await startProcess(spec)
  const reader = connect(mongodUri(port), 'test')
  const found = await reader.db('survival').collection<Note>('notes').find().toArray()
  await reader.close()
  await again.stop()
  const left = new Set(found.map(({ _id }) => _id))
  expect(acknowledged.length).toBeGreaterThan(0)
  expect(acknowledged.filter((id) => !left.has(id))).toEqual([])
}, 60_000)

/** The driver's own, which it has no option for. */
const Connected = v.object({
  topology: v.object({
    s: v.object({
      servers: v.map(
        v.string(),
        v.object({ pool: v.object({ options: v.object({ minPoolSizeCheckFrequencyMS: v.number() }) }) }),
      ),
    }),
  }),
})

test('a client that nobody uses wakes up once in ten seconds, and not ten times in one, to count its connections', async () => {
  const { client: other } = await testDatabase()
  const client = connect(`mongodb://${other.options.hosts[0]}/?directConnection=true`, 'test')
  await client.connect()
  const { servers } = v.parse(Connected, client).topology.s
  await client.close()
  expect([...servers.values()].map(({ pool }) => pool.options.minPoolSizeCheckFrequencyMS)).toEqual([10_000])
})
