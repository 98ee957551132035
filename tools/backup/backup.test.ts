import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPorts, findPart, mongodServer, mongodUri, type RunningProcess, startProcess } from '@fairpass/servers'
import { testFolder } from '@fairpass/servers/testing'
import { BSON, type Document, MongoClient } from 'mongodb'

// Guarantee: a backup is of one moment over all databases, while others write; what comes back is what was there, or nothing.

const ports = createPorts()
const dataDir = testFolder()
const accounts = 20
/** What stands between the two sides of each move takes a backup much longer to read than a move takes. */
const between = Array.from({ length: 12 }, (_, nth) => ({
  _id: `${nth}`,
  data: new BSON.Binary(crypto.getRandomValues(Buffer.alloc(1_000_000))),
}))
let client: MongoClient
const running: RunningProcess[] = []

const startMongod = async (folder: string) => {
  const port = await ports.any()
  const mongod = await startProcess(mongodServer({ part: await findPart('mongod'), dataDir: folder, port }))
  running.push(mongod)
  return { mongod, client: await new MongoClient(mongodUri(port)).connect() }
}

type Note = Document & { _id: string }

const kinds: Note[] = [
  { _id: 'types', int: new BSON.Int32(3), double: new BSON.Double(3), long: BSON.Long.fromString('9007199254740993') },
  { _id: 'bytes', data: new BSON.Binary(Buffer.from([0, 1, 255])), at: new Date('2035-06-01T19:30:00.123Z') },
  {
    _id: 'words',
    text: '“Ünïcode” 🎟',
    list: [null, true, { of: ['a', new BSON.ObjectId()] }],
    decimal: new BSON.Decimal128('0.10'),
  },
  { _id: 'large', text: 'x'.repeat(3_000_000) },
]

beforeAll(async () => {
  ;({ client } = await startMongod(dataDir))
  for (const name of ['orders', 'payments'] as const)
    await client
      .db(name)
      .collection<Note>('balances')
      .insertMany(Array.from({ length: accounts }, (_, nth) => ({ _id: `${nth}`, amount: 1_000 })))
  await client.db('expiration').collection<Note>('between').insertMany(between)
  await client.db('auth').collection<Note>('kinds').insertMany(kinds)
  await client.db('auth').collection('kinds').createIndex({ text: 1 }, { name: 'text', sparse: true })
  await client.db('orders').collection('balances').createIndex({ amount: 1 }, { name: 'amounts' })
  await client.db('tickets').collection('words').createIndex({ word: 1 }, { name: 'once', unique: true })
  await client
    .db('tickets')
    .collection<Note>('words')
    .insertMany(Array.from({ length: 5_000 }, (_, nth) => ({ _id: `${nth}`, word: `word ${nth}` })))
}, 60_000)
afterAll(async () => {
  await client.close()
  await Promise.all(running.map((mongod) => mongod.stop()))
})

const run = async (args: string[], env: Record<string, string> = {}) => {
  const child = Bun.spawn([process.execPath, ...args], {
    cwd: import.meta.dir,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { code, said: `${out}${err}` }
}
const address = () => client.options.hosts.map(String).join()
const backup = (...args: string[]) =>
  run(['backup.ts', ...args], { MONGODB_URI: `mongodb://${address()}/?replicaSet=fairpass`, DATA_DIR: dataDir })
const restore = (folder: string, ...args: string[]) => run(['restore.ts', ...args], { DATA_DIR: folder })

/** Moves amounts between two databases until it is stopped; their sum is always the same. */
const moveUntil = async (signal: AbortSignal) => {
  for (let moved = 0; !signal.aborted; moved++)
    await client.withSession((session) =>
      session.withTransaction(async () => {
        const one = `${moved % accounts}`
        await client
          .db('orders')
          .collection<Note>('balances')
          .updateOne({ _id: one }, { $inc: { amount: -7 } }, { session })
        await client
          .db('payments')
          .collection<Note>('balances')
          .updateOne({ _id: one }, { $inc: { amount: 7 } }, { session })
      }),
    )
}

const amountsOf = async (of: MongoClient) => {
  const sums = await Promise.all(
    ['orders', 'payments'].map(async (name) => {
      const all = await of.db(name).collection('balances').find().toArray()
      return all.reduce((sum, { amount }) => sum + amount, 0)
    }),
  )
  return { total: sums.reduce((a, b) => a + b, 0), moved: sums[0] !== accounts * 1_000 }
}

test('a backup taken amid writes is of one moment over all databases, and comes back whole', async () => {
  const file = join(testFolder(), 'fairpass.backup')
  const stop = new AbortController()
  const moving = moveUntil(stop.signal)
  const { code, said } = await backup(file)
  stop.abort()
  await moving
  expect([code, said]).toEqual([0, expect.stringContaining('It holds no keys')])
  expect(statSync(file).mode & 0o777).toBe(0o600)

  const folder = testFolder()
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'file-key'), 'a key\n')
  expect(await restore(folder, file)).toMatchObject({ code: 0 })
  const restored = await startMongod(folder)
  expect(await amountsOf(restored.client)).toEqual({ total: 2 * accounts * 1_000, moved: true })
  const exact = { promoteValues: false }
  const read = (of: MongoClient) => of.db('auth').collection('kinds').find({}, exact).sort({ _id: 1 }).toArray()
  expect(await read(restored.client)).toEqual(await read(client))
  expect(await restored.client.db('tickets').collection('words').countDocuments()).toBe(5_000)
  const indexes = (of: MongoClient, db: string, name: string) => of.db(db).collection(name).indexes()
  for (const [db, name] of [
    ['auth', 'kinds'],
    ['tickets', 'words'],
    ['orders', 'balances'],
  ] as const)
    expect(await indexes(restored.client, db, name)).toEqual(await indexes(client, db, name))
  const [marker] = await restored.client.db('payments').collection('restores').find().toArray()
  expect(marker).toMatchObject({ backupAt: expect.any(Date), restoredAt: expect.any(Date) })
  await restored.client.close()
}, 120_000)

test('with its keys it opens by itself; without them a restore says what is missing', async () => {
  const [open, closed] = [join(testFolder(), 'open'), join(testFolder(), 'closed')]
  expect((await backup(open, '--with-keys')).said).toContain('there is no jwt-key')
  for (const key of ['jwt-key', 'file-key']) writeFileSync(join(dataDir, key), `${key} of old\n`)
  expect(await backup(open, '--with-keys')).toMatchObject({ code: 0 })
  expect(await backup(closed)).toMatchObject({ code: 0 })
  const [one, other] = [testFolder(), testFolder()]
  expect(await restore(one, open)).toMatchObject({ code: 0 })
  expect(readFileSync(join(one, 'file-key'), 'utf8')).toBe('file-key of old\n')
  expect(statSync(join(one, 'file-key')).mode & 0o777).toBe(0o600)
  const refused = await restore(other, closed)
  expect([refused.code, refused.said]).toEqual([1, expect.stringContaining('Put file-key and jwt-key')])
  expect(existsSync(join(other, 'mongod'))).toBe(false)
}, 120_000)

test('what is damaged, cut off or something else is refused, and nothing is made of it', async () => {
  const file = join(testFolder(), 'whole')
  await backup(file)
  const whole = readFileSync(file)
  const folder = testFolder()
  const unpacked = Buffer.from(Bun.gunzipSync(whole))
  // As another tool would pack it: nothing but the checksum of the manifest tells.
  unpacked.write('y', unpacked.indexOf('xxxxxxxx'))
  const bad: [string, Buffer, string][] = [
    ['changed', Buffer.from(Bun.gzipSync(unpacked)), 'is damaged at dump/auth/kinds.bson'],
    ['cut', whole.subarray(0, whole.length - 2_000), 'damaged'],
    [
      'flipped',
      Buffer.from(whole.map((byte, at) => (at === whole.length >> 1 ? byte ^ 1 : byte))),
      'nothing was restored',
    ],
    ['text', Buffer.from('this is no backup'), 'is no backup'],
    ['empty', Buffer.alloc(0), 'nothing was restored'],
    ['other', Bun.gzipSync(Buffer.alloc(1_024)) as Buffer, 'its manifest is missing'],
  ]
  for (const [name, bytes, why] of bad) {
    const path = join(testFolder(), name)
    writeFileSync(path, bytes)
    const { code, said } = await restore(folder, path, '--without-file-key')
    expect([name, code, said]).toEqual([name, 1, expect.stringContaining(why)])
  }
  expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([])
}, 120_000)

test('nothing is written over: neither a backup nor a marketplace', async () => {
  const file = join(testFolder(), 'once')
  await backup(file)
  expect((await backup(file)).said).toContain('exists already')
  const folder = testFolder()
  mkdirSync(join(folder, 'mongod'), { recursive: true })
  expect((await restore(folder, file, '--without-file-key')).said).toContain('holds a marketplace already')
}, 60_000)

test('a wrong place or option is told as it is', async () => {
  expect((await backup(join(testFolder(), 'none', 'file'))).said).toContain('There is no folder')
  expect((await backup()).said).toContain('Name one file')
  expect((await backup('--no-such')).said).toContain("Unknown option '--no-such'")
  expect((await restore(testFolder(), 'nowhere')).said).toContain('There is no nowhere.')
}, 60_000)
