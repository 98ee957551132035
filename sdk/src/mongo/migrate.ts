import type { Collection, Db } from 'mongodb'
import { safetyNetMs } from '../run-periodically.ts'
import type { Log } from '../telemetry/log.ts'

/**
 * Brings documents of earlier releases to the current schema. A step may run twice, on several replicas, and beside
 * writers of the version before: it changes only what still has the old shape.
 */
export type Migration = {
  /** its name in the collection `migrations`; it never changes, or it would run again */
  name: string
  /**
   * It takes away what replicas of the version before still use: it waits for as long as a rolling update takes after the last
   * replica started, and is never run before the service serves.
   */
  isCleanUp?: boolean
  /**
   * Changes at most a batch of what comes after `after`, in the order of ids.
   * @returns how many it changed, and where the next batch begins; no `next` once there is none
   */
  step: (after: string) => Promise<{ changed: number; next?: string }>
}

/** What is kept of a migration for as long as the database lives. */
export type MigrationRecord = {
  _id: string
  startedAt: Date
  /** where the pass under way goes on, also after whoever ran it was killed */
  after: string
  /** how many documents all passes have changed, and the one under way */
  changed: number
  changedInPass: number
  /** passes that came to their end */
  passes: number
  /** before then nobody else takes a step, or begins the next pass */
  notBefore: Date
  /** when it was done for good */
  at?: Date
}

/** A step that takes longer was left behind by a process that was killed. */
const stepWithinMs = 30_000
/** Longer than a rolling update takes, in which replicas of the version before still write the old shape. */
const settleMs = 10 * 60_000
/** How many steps a round takes before it yields to other work. */
const maxSteps = 20

type Options = {
  migrations: readonly Migration[]
  log?: Log
  /** how long a pass that found something waits for writers of the version before, in milliseconds */
  settleMs?: number
}

/** What follows from a step: on in this pass, into a later one, or done. */
const afterStep = (
  record: MigrationRecord,
  { changed, next }: { changed: number; next?: string },
  now: Date,
  settle: number,
): Partial<MigrationRecord> => {
  const changedInPass = record.changedInPass + changed
  const total = { changed: record.changed + changed }
  if (next !== undefined) return { ...total, after: next, changedInPass, notBefore: now }
  const passes = record.passes + 1
  const ended = { ...total, passes, after: '', changedInPass: 0 }
  if (changedInPass === 0 && passes > 1) return { ...ended, at: now }
  return { ...ended, notBefore: new Date(now.getTime() + settle) }
}

const register = async (
  records: Collection<MigrationRecord>,
  { name, isCleanUp = false }: Migration,
  settle: number,
): Promise<void> => {
  const now = new Date()
  const notBefore = isCleanUp ? new Date(now.getTime() + settle) : now
  const first = { startedAt: now, after: '', changed: 0, changedInPass: 0, passes: 0, notBefore }
  await records.updateOne({ _id: name }, { $setOnInsert: first }, { upsert: true })
  // An earlier rollout may have been taken back, and its wait be over: each replica that starts begins it anew.
  if (isCleanUp) await records.updateOne({ _id: name, passes: 0 }, { $max: { notBefore } })
}

const claim = (records: Collection<MigrationRecord>, name: string, now: Date) =>
  records.findOneAndUpdate(
    { _id: name, at: { $exists: false }, notBefore: { $lte: now } },
    { $set: { notBefore: new Date(now.getTime() + stepWithinMs) } },
    { returnDocument: 'after' },
  )

const passThrough = async ({ step }: Migration): Promise<void> => {
  for (let after: string | undefined = ''; after !== undefined; ) after = (await step(after)).next
}

type Deps = Options & { records: Collection<MigrationRecord> }

const createTakeStep =
  ({ records, log, settleMs: settle = settleMs }: Deps) =>
  /** @returns whether there may be more to do right away */
  async ({ name, step }: Migration): Promise<boolean> => {
    const record = await claim(records, name, new Date())
    if (!record) return false
    const next = afterStep(record, await step(record.after), new Date(), settle)
    // A replica that took longer than its lease has lost it; the next one finds its work done.
    await records.updateOne({ _id: name, notBefore: record.notBefore }, { $set: next })
    if (next.passes !== undefined)
      log?.info({ migration: name, changed: next.changed, done: Boolean(next.at) }, 'migrated')
    return next.passes === undefined
  }

/** The migrations that may take a step now: one read, however many there are, and none once all are done. */
const createDue = ({ records, migrations, settleMs: settle = settleMs }: Deps) => {
  const names = migrations.map(({ name }) => name)
  let registered: Promise<unknown> | undefined
  const registerAll = () => {
    registered ??= Promise.all(migrations.map((migration) => register(records, migration, settle))).catch((error) => {
      registered = undefined
      throw error
    })
    return registered
  }

  let areAllDone = false
  return async (): Promise<Migration[]> => {
    if (areAllDone) return []
    await registerAll()
    const open = await records.find({ _id: { $in: names }, at: { $exists: false } }).toArray()
    areAllDone = open.length === 0
    const now = new Date()
    const ready = new Set(open.filter(({ notBefore }) => notBefore <= now).map(({ _id }) => _id))
    return migrations.filter(({ name }) => ready.has(name))
  }
}

/**
 * Runs migrations while the service serves: a batch at a time, by one replica at a time, from where the last one stopped. Each is
 * done for good, and recorded so with its time, once a later pass found nothing more: a replica of the version before may write
 * the old shape until it is gone.
 */
export const openMigrations = (db: Db, options: Options) => {
  const { migrations } = options
  const records = db.collection<MigrationRecord>('migrations')
  const [takeStep, due] = [createTakeStep({ ...options, records }), createDue({ ...options, records })]

  /** A round of steps. @returns `more` while there is something to do right away */
  const work = async (): Promise<'more' | undefined> => {
    let hasMore = false
    for (const migration of await due()) {
      let steps = 0
      while (steps < maxSteps && (await takeStep(migration))) steps++
      hasMore ||= steps === maxSteps
    }
    return hasMore ? 'more' : undefined
  }

  return {
    /** A whole pass of those that have not had one, before the service serves: for what it cannot read in its old shape. */
    passBefore: async (): Promise<void> => {
      const passed = await records.find({ $or: [{ at: { $exists: true } }, { passes: { $gt: 0 } }] }).toArray()
      const names = new Set(passed.map(({ _id }) => _id))
      for (const migration of migrations)
        if (!migration.isCleanUp && !names.has(migration.name)) await passThrough(migration)
    },

    work,
    loop: { everyMs: safetyNetMs, name: 'migrations', work },
  }
}

/** A step that drops an index that nothing reads by any more. */
export const dropIndex =
  (db: Db, collection: string, name: string): Migration['step'] =>
  async () => {
    // A collection that does not exist yet has no index.
    const indexes = await db
      .collection(collection)
      .indexes()
      .catch(() => [])
    if (!indexes.some((index) => index.name === name)) return { changed: 0 }
    await db.collection(collection).dropIndex(name)
    return { changed: 1 }
  }
