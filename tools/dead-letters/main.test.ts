import { beforeEach, expect, test } from 'bun:test'
import { join } from 'node:path'
import { type DeadLetter, event, openDeadLetters } from '@fairpass/sdk/events'
import { newId } from '@fairpass/sdk/mongo'
import { createLog } from '@fairpass/sdk/telemetry'
import { testDatabase, testFolder } from '@fairpass/servers/testing'
import type { Db } from 'mongodb'

const log = createLog('test', 'fatal')
const program = join(import.meta.dir, 'main.ts')
const names = ['auth', 'tickets', 'orders', 'expiration', 'payments']

const server = await testDatabase()
const uri = `mongodb://${server.client.options.hosts.map(String).join(',')}/?directConnection=true`
const database = (name: string): Db => server.client.db(name)
const letterOf = (name: string, id: string) => database(name).collection<DeadLetter>('deadLetters').findOne({ _id: id })

beforeEach(async () => {
  for (const name of names) await database(name).collection('deadLetters').deleteMany({})
})

const run = async (args: string[], env: Record<string, string> = { MONGODB_URI: uri }) => {
  const { MONGODB_URI: _uri, DATA_DIR: _dir, ...rest } = process.env
  const child = Bun.spawn([process.execPath, program, ...args], {
    env: { ...rest, ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [code, said, complained] = await Promise.all([
    child.exited,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  return { code, said: said + complained }
}

const publishUndeliverable = async (name: string, failure?: string) => {
  const letter = event('user.banned', { id: newId(), version: 1, at: new Date().toISOString() })
  await openDeadLetters(database(name), log).keep(letter, failure)
  return letter
}

/** What a running service does once a second, until `work` is done. */
const whileRunning = async <T>(name: string, apply: () => Promise<void>, work: () => Promise<T>): Promise<T> => {
  const { replayMarked } = openDeadLetters(database(name), log)
  let isDone = false
  const loop = (async () => {
    for (; !isDone; await Bun.sleep(50)) await replayMarked({ 'user.banned': apply })
  })()
  return work().finally(async () => {
    isDone = true
    await loop
  })
}

test('what was given up is listed with its service, type, age and reason', async () => {
  expect(await run([])).toEqual({ code: 0, said: 'No dead letters: every event was applied.\n' })
  const [known, unknown] = [
    await publishUndeliverable('tickets', 'there is no such ticket'),
    await publishUndeliverable('orders'),
  ]
  const { said } = await run(['list'])
  expect(said).toMatch(new RegExp(`tickets +user.banned +${known.id} +\\d+ s +there is no such ticket`))
  expect(said).toMatch(
    new RegExp(`orders +user.banned +${unknown.id} +\\d+ s +reason not known; see the log of orders`),
  )
  expect((await run(['list', '--service', 'orders'])).said).not.toContain(known.id)
})

test('a replay tells what came of each letter', async () => {
  const [first, second] = [await publishUndeliverable('tickets'), await publishUndeliverable('tickets', 'before')]
  const failing = await whileRunning(
    'tickets',
    () => Promise.reject(new Error('still so')),
    () => run(['replay', second.id]),
  )
  expect(failing.code).toBe(1)
  expect(failing.said).toContain(`${second.id}  failed again: still so`)
  const applied = await whileRunning(
    'tickets',
    async () => {},
    () => run(['replay', '--all', '--service', 'tickets']),
  )
  expect(applied.code).toBe(0)
  expect(applied.said).toContain(`${first.id}  applied`)
  expect(applied.said).toContain(`${second.id}  applied`)
  expect(await letterOf('tickets', first.id)).toBeNull()
})

test('a letter of a service that does not run stays marked, and the command ends', async () => {
  const { id } = await publishUndeliverable('payments')
  const { code, said } = await run(['replay', id])
  expect(code).toBe(1)
  expect(said).toContain('payments has not taken it up; it stays marked, and is applied when payments runs')
  expect(await letterOf('payments', id)).toMatchObject({ replay: true })
}, 30_000)

test('what cannot be done is said in a sentence', async () => {
  const nowhere = testFolder()
  expect(await run([], { DATA_DIR: nowhere })).toEqual({
    code: 1,
    said: `No marketplace runs in ${nowhere}; start one with \`bun run up\`, or set DATA_DIR or MONGODB_URI.\n`,
  })
  const silent = await run([], { MONGODB_URI: 'mongodb://someone:secret@127.0.0.1:9/' })
  expect(silent.code).toBe(1)
  expect(silent.said).toMatch(/^The database of the marketplace does not answer/)
  expect(silent.said).not.toContain('secret')
  expect((await run(['replay', 'x'])).said).toMatch(/^There is no dead letter x;/)
  expect((await run(['replay'])).said).toMatch(/^Name one letter by its ID, or --all\./)
  expect((await run(['replay', 'x', '--all'])).said).toMatch(/^Name one letter by its ID, or --all\./)
  expect((await run(['burn'])).said).toMatch(/^"burn" is not known here\./)
  expect((await run(['--service', 'web'])).said).toMatch(/^There is no service "web"/)
  expect((await run(['--wat'])).said).toContain('--wat')
  const help = await run(['--help'])
  expect(help.code).toBe(0)
  expect(help.said).toMatch(/^bun run dead-letters/)
}, 30_000)
