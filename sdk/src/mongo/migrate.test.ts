import { beforeEach, expect, test } from 'bun:test'
import { testDatabase } from '@fairpass/servers/testing'
import type { Db } from 'mongodb'
import { type Migration, type MigrationRecord, openMigrations } from './migrate.ts'

// Guarantee: what versions before stored is brought forward once, whoever is killed meanwhile, and beside those who still write it.

type Note = { _id: string; words?: string; text?: string }

const count = 1_200
const ids = Array.from({ length: count }, (_, nth) => String(nth).padStart(6, '0'))
const batch = 500

let db: Db
beforeEach(async () => {
  db = await testDatabase()
  await db.collection<Note>('notes').insertMany(ids.map((_id) => ({ _id, words: `note ${_id}` })))
})

/** Calls the `words` of notes `text`, a batch at a time. */
const renameWords = (): Migration => ({
  name: 'words',
  step: async (after) => {
    const notes = db.collection<Note>('notes')
    const hasOld = { words: { $exists: true } }
    const found = await notes
      .find({ _id: { $gt: after }, ...hasOld })
      .sort({ _id: 1 })
      .limit(batch)
      .toArray()
    const last = found.at(-1)?._id
    if (last === undefined) return { changed: 0 }
    const ids = { _id: { $in: found.map(({ _id }) => _id) }, ...hasOld }
    const { modifiedCount } = await notes.updateMany(ids, { $rename: { words: 'text' } })
    return { changed: modifiedCount, next: last }
  },
})
const open = (migration: Migration, settleMs = 0) => openMigrations(db, { migrations: [migration], settleMs })
const record = () => db.collection<MigrationRecord>('migrations').findOne({ _id: 'words' })
const old = () => db.collection<Note>('notes').countDocuments({ words: { $exists: true } })
const untilDone = async ({ work }: ReturnType<typeof open>) => {
  for (let rounds = 0; rounds < 100 && !(await record())?.at; rounds++) await work()
}

test('all is brought forward, and recorded with its name and time', async () => {
  await untilDone(open(renameWords()))
  expect(await old()).toBe(0)
  expect(await db.collection<Note>('notes').findOne({ _id: '000007' })).toEqual({ _id: '000007', text: 'note 000007' })
  expect(await record()).toMatchObject({
    _id: 'words',
    changed: count,
    at: expect.any(Date),
    startedAt: expect.any(Date),
  })
})

test('what is done stays done: no document is looked at again', async () => {
  await untilDone(open(renameWords()))
  let steps = 0
  const again = open({ name: 'words', step: async () => ({ changed: ++steps }) })
  await again.work()
  expect(steps).toBe(0)
})

test('it goes on where a killed process stopped', async () => {
  const begun: string[] = []
  const { step } = renameWords()
  const failing: Migration = {
    name: 'words',
    step: async (after) => {
      begun.push(after)
      if (begun.length === 2) throw new Error('killed')
      return step(after)
    },
  }
  await open(failing)
    .work()
    .catch(() => {})
  expect(await old()).toBe(count - 500)
  // The replica that took the step may still be working on it, for as long as a step may take.
  const other = open(failing)
  await other.work()
  expect(begun).toHaveLength(2)
  await db.collection<MigrationRecord>('migrations').updateOne({ _id: 'words' }, { $set: { notBefore: new Date(0) } })
  await untilDone(other)
  expect(begun[2]).toBe(begun[1])
  expect(begun[2]).not.toBe('')
  expect(await old()).toBe(0)
})

test('replicas that start together take turns: one step at a time', async () => {
  let atOnce = 0
  let most = 0
  const { step } = renameWords()
  const watched: Migration = {
    name: 'words',
    step: async (after) => {
      most = Math.max(most, ++atOnce)
      const end = await step(after)
      atOnce--
      return end
    },
  }
  await Promise.all(Array.from({ length: 4 }, () => untilDone(open(watched))))
  expect(most).toBe(1)
  expect(await record()).toMatchObject({ changed: count })
})

test('what a replica of the version before writes meanwhile is brought forward, too', async () => {
  const settling = open(renameWords(), 60_000)
  for (let rounds = 0; rounds < 3; rounds++) await settling.work()
  await db.collection<Note>('notes').insertOne({ _id: '0', words: 'late' })
  expect(await record()).toMatchObject({ passes: 1 })
  expect((await record())?.at).toBeUndefined()
  await db.collection<MigrationRecord>('migrations').updateOne({ _id: 'words' }, { $set: { notBefore: new Date(0) } })
  await untilDone(open(renameWords()))
  expect(await db.collection<Note>('notes').findOne({ _id: '0' })).toEqual({ _id: '0', text: 'late' })
})

// Guarantee: a replica of the version before goes on working until it is gone.
test('what replicas of the version before still use is taken away once they are gone', async () => {
  let steps = 0
  const cleanUp: Migration = { name: 'words', isCleanUp: true, step: async () => ({ changed: steps++ === 0 ? 1 : 0 }) }
  const { passBefore, work } = open(cleanUp, 60_000)
  await passBefore()
  await work()
  expect(steps).toBe(0)
  await db.collection<MigrationRecord>('migrations').updateOne({ _id: 'words' }, { $set: { notBefore: new Date() } })
  await work()
  expect(steps).toBe(1)
})

test('a rollout that was taken back does not shorten the wait of the next one', async () => {
  let steps = 0
  const cleanUp: Migration = { name: 'words', isCleanUp: true, step: async () => ({ changed: steps++ === 0 ? 1 : 0 }) }
  await open(cleanUp, 60_000).work()
  await db.collection<MigrationRecord>('migrations').updateOne({ _id: 'words' }, { $set: { notBefore: new Date(0) } })
  await open(cleanUp, 60_000).work()
  expect(steps).toBe(0)
  expect((await record())?.notBefore.getTime()).toBeGreaterThan(Date.now())
})

test('a database of a version that recorded it by its time alone is left alone', async () => {
  await db.collection<{ _id: string; at: Date }>('migrations').insertOne({ _id: 'words', at: new Date() })
  const { passBefore, work } = open(renameWords())
  await passBefore()
  await work()
  expect(await old()).toBe(count)
})
