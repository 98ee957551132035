// `bun run restore`: makes the data folder of a marketplace from a backup.
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  createPorts,
  findPart,
  mongodServer,
  mongodUri,
  runTool,
  showProgress,
  startProcess,
  UserError,
} from '@fairpass/servers'
import { type DataFolder, openDataFolder, writeWhole } from '@fairpass/up/data-folder'
import { MongoClient } from 'mongodb'
import { readAll, readVerified, verifyArchive } from './archive.ts'
import { fill } from './fill.ts'
import type { Manifest } from './manifest.ts'

const help = `bun run restore FILE [--without-file-key]   makes the marketplace of a backup in DATA_DIR (by default .data)

FILE is what \`bun run backup\` wrote. DATA_DIR must hold no marketplace yet. It takes the keys from FILE where they are in it;
else put jwt-key and file-key into DATA_DIR before, or set JWT_KEY and FILE_KEY, also for \`bun run up\`. Without jwt-key everybody
has to sign in again, and links in mails end; without file-key the files of tickets stay closed (--without-file-key).

Then \`bun run up\`: Redis and the scheduler are made again from the databases, and payments gives back what was charged at
Stripe after the backup and is not known any more. End the old marketplace first: its charges would count among them.`

/** What a marketplace leaves in its data folder. */
const remains = ['mongod', 'redis', 'scheduler']
const partialFolder = 'restore.partial'
const durable = { writeConcern: { w: 'majority', journal: true } } as const

const needEmpty = ({ path }: DataFolder) => {
  const found = remains.find((name) => existsSync(join(path, name)))
  if (found)
    throw new UserError(`${path} holds a marketplace already (${found}); choose another folder with DATA_DIR=….`)
}

const hasKey = ({ files }: Manifest, data: DataFolder, key: 'jwt-key' | 'file-key') =>
  files.some(({ name }) => name === `keys/${key}`) ||
  existsSync(join(data.path, key)) ||
  Boolean(process.env[key === 'jwt-key' ? 'JWT_KEY' : 'FILE_KEY'])

/** Every service finds its database as it was; payments learns that Stripe may know more. */
const fillDatabases = async (uri: string, file: string, manifest: Manifest, keys: Map<string, string>) => {
  const client = await new MongoClient(uri, { writeConcern: { w: 1 } }).connect()
  const progress = showProgress('Restoring')
  const expected = new Map(manifest.files.map(({ name, documents }) => [name, documents ?? 0]))
  const all = manifest.files.reduce((sum, { documents = 0 }) => sum + documents, 0)
  let done = 0
  try {
    await readVerified(file, async (entry) => {
      if (entry.name.startsWith('keys/')) {
        keys.set(entry.name.slice('keys/'.length), (await readAll(entry)).toString())
        return
      }
      const count = await fill(client, entry)
      if (count !== expected.get(entry.name)) throw new Error(`${entry.name} has ${count} documents`)
      done += count
      progress.at(`${done} of ${all} documents`)
    })
    // MongoDB writes its journal in order, so this entry is there only if all before it are.
    const restore = { backupAt: new Date(manifest.at), restoredAt: new Date() }
    await client.db('payments').collection('restores').insertOne(restore, durable)
    return all
  } finally {
    progress.end()
    await client.close()
  }
}

/** The database folder gets its final name only when it is complete. */
const restore = async (file: string, manifest: Manifest, data: DataFolder): Promise<number> => {
  const partial = join(data.path, partialFolder)
  rmSync(partial, { recursive: true, force: true })
  const ports = createPorts()
  const port = await ports.any()
  ports.release()
  const keys = new Map<string, string>()
  try {
    const mongod = await startProcess(mongodServer({ part: await findPart('mongod'), dataDir: partial, port }))
    let count: number
    try {
      count = await fillDatabases(mongodUri(port), file, manifest, keys)
    } finally {
      await mongod.stop(60_000)
    }
    for (const [name, key] of keys) writeWhole(join(data.path, name), key, 0o600)
    renameSync(join(partial, 'mongod'), join(data.path, 'mongod'))
    return count
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

await runTool(async () => {
  const { values, positionals } = parseArgs({
    options: {
      'without-file-key': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
    allowPositionals: true,
  })
  if (values.help) return console.log(help)
  const [file, ...others] = positionals
  if (!file || others.length > 0) throw new UserError(`Name one file to read.\n\n${help}`)
  if (process.env.MONGODB_URI)
    throw new UserError(
      'MONGODB_URI is set: a database of your own is restored with mongorestore, see docs/runbook.md.',
    )
  if (!existsSync(file)) throw new UserError(`There is no ${file}.`)
  const manifest = await verifyArchive(file)
  const data = openDataFolder(process.env.DATA_DIR || '.data')
  try {
    needEmpty(data)
    if (!hasKey(manifest, data, 'file-key') && !values['without-file-key'])
      throw new UserError(
        `The backup holds no keys. Put file-key and jwt-key of the old DATA_DIR into ${data.path}, or set FILE_KEY and JWT_KEY; --without-file-key gives up the files of tickets.`,
      )
    const count = await restore(file, manifest, data)
    console.log(`${data.path}: ${count} documents, all databases as of ${manifest.at}`)
    if (!hasKey(manifest, data, 'jwt-key')) console.log('Without jwt-key everybody has to sign in again.')
    console.log('Start it with `bun run up`.')
  } finally {
    data.release()
  }
})
