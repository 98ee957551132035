// `bun run backup`: all databases of a running marketplace, as they were at one moment, in one file.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { databaseAddress, megabytes, runTool, showProgress, UserError } from '@fairpass/servers'
import { MongoClient } from 'mongodb'
import { writeArchive } from './archive.ts'
import { keyFiles, keyName } from './manifest.ts'
import { addSnapshot, isMovedOn } from './snapshot.ts'

const help = `bun run backup FILE [--with-keys]   writes all databases of the running marketplace to FILE, as of one moment

Nobody has to stop meanwhile. FILE is a gzipped tar, for your eyes alone (mode 0600): below dump/ it is what mongodump
writes. In it: accounts, listings with their sealed files, orders, payments, the ledger, mails that are owed. Not in it:
- the keys of DATA_DIR (jwt-key, file-key), unless --with-keys. Without file-key nobody can open the tickets' files any
  more: keep it elsewhere, once. With --with-keys whoever reads FILE reads everything.
- files in S3, where S3_BUCKET says that they are there.
- Redis and the scheduler, which are made again from the databases; Stripe, and its local double; mails that were sent.

The marketplace is the one of DATA_DIR (by default .data), or the one whose database MONGODB_URI names.`

const connectMs = 3_000
const maxTries = 3

const connect = async () => {
  const client = new MongoClient(await databaseAddress(), {
    serverSelectionTimeoutMS: connectMs,
    connectTimeoutMS: connectMs,
    socketTimeoutMS: 600_000,
  })
  try {
    return await client.connect()
  } catch {
    // The address may hold a password, and the driver's own message names it.
    throw new UserError('The database of the marketplace does not answer; is it running? (DATA_DIR, MONGODB_URI)')
  }
}

/** @throws UserError when there are none: a backup without its keys would be useless */
const readKeys = (): Map<string, string> => {
  const dataDir = process.env.DATA_DIR || '.data'
  const keys = new Map<string, string>()
  for (const file of keyFiles) {
    const path = join(dataDir, file)
    const key = process.env[file.toUpperCase().replaceAll('-', '_')] || (existsSync(path) && readFileSync(path, 'utf8'))
    if (key) keys.set(file, key)
  }
  for (const file of ['jwt-key', 'file-key'])
    if (!keys.has(file))
      throw new UserError(`--with-keys: there is no ${file} in ${dataDir}, and none in the environment.`)
  return keys
}

const write = async (client: MongoClient, file: string, keys: ReadonlyMap<string, string>) => {
  const progress = showProgress('Reading')
  const { version: mongodb } = await client.db('admin').command({ buildInfo: 1 })
  let at = new Date()
  try {
    await writeArchive(file, async (archive) => {
      for (const [name, key] of keys) await archive.addText(keyName(name), key)
      at = await addSnapshot(client, archive, (read, all) => progress.at(megabytes(read, all)))
      return { format: 'fairpass-backup', version: 1, at: at.toISOString(), mongodb }
    })
  } finally {
    progress.end()
  }
  return at
}

const writeWhenStill = async (client: MongoClient, file: string, keys: ReadonlyMap<string, string>): Promise<Date> => {
  for (let tries = 1; ; tries++) {
    try {
      return await write(client, file, keys)
    } catch (error) {
      if (!isMovedOn(error)) throw error
      if (tries === maxTries)
        throw new UserError(
          'Collections or indexes were being made all the time, as during a start; try again in a minute.',
        )
    }
  }
}

await runTool(async () => {
  const { values, positionals } = parseArgs({
    options: {
      'with-keys': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
    allowPositionals: true,
  })
  if (values.help) return console.log(help)
  const [file, ...others] = positionals
  if (!file || others.length > 0) throw new UserError(`Name one file to write to.\n\n${help}`)
  const keys = values['with-keys'] ? readKeys() : new Map<string, string>()
  const client = await connect()
  try {
    const at = await writeWhenStill(client, file, keys)
    const { size } = statSync(file)
    console.log(
      `${file}: ${size < 1e6 ? `${Math.ceil(size / 1e3)} kB` : megabytes(size)}, all databases as of ${at.toISOString()}`,
    )
    console.log(
      keys.size > 0
        ? 'It holds the keys: whoever reads it reads everything.'
        : 'It holds no keys: keep jwt-key and file-key of DATA_DIR elsewhere, or nobody can open the files of tickets again.',
    )
    if (process.env.S3_BUCKET) console.log('Files of tickets are in S3, and not in it.')
  } finally {
    await client.close()
  }
})
