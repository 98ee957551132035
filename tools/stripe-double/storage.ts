import { Database, type SQLQueryBindings } from 'bun:sqlite'
import type { Onboarding, StoredEvent, StoredObject } from './shapes.ts'

/** Everything that is kept by id: Stripe's objects, the events about them, and links to the onboarding page. */
export type Entry = StoredObject | Onboarding | StoredEvent
export type EntryKind = Entry['object']
export type EntryOf<K extends EntryKind> = Extract<Entry, { object: K }>

export type Page = {
  limit: number
  startingAfter?: string | undefined
  endingBefore?: string | undefined
  /** Only what belongs to this intent. */
  about?: string | undefined
  charge?: string | undefined
  transferGroup?: string | undefined
  destination?: string | undefined
  sourceTransaction?: string | undefined
  createdSeconds?: { gt?: number; gte?: number; lt?: number; lte?: number } | undefined
  type?: string | undefined
  status?: string | undefined
  /** Keys are letters, digits, dots, dashes and underscores. */
  metadata?: Record<string, string> | undefined
}

const schema = `
  CREATE TABLE IF NOT EXISTS entries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    about TEXT, created INTEGER NOT NULL, body TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS entries_by_kind ON entries (kind, seq);
  CREATE INDEX IF NOT EXISTS entries_by_about ON entries (about, kind);
  CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, endpoint TEXT NOT NULL, parameters TEXT NOT NULL, request TEXT NOT NULL,
    status INTEGER NOT NULL, body TEXT NOT NULL, kept_ms INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS answers_by_age ON answers (kept_ms);
  CREATE TABLE IF NOT EXISTS deliveries (
    position INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, lane TEXT NOT NULL, state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, due_ms INTEGER NOT NULL, held INTEGER NOT NULL DEFAULT 0,
    forged INTEGER NOT NULL DEFAULT 0, last_status INTEGER, forged_status INTEGER);
  CREATE INDEX IF NOT EXISTS deliveries_by_lane ON deliveries (lane, state, position);
  CREATE INDEX IF NOT EXISTS deliveries_by_state ON deliveries (state, due_ms);
  CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event);
  CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT, operation TEXT NOT NULL, remaining INTEGER NOT NULL, spec TEXT NOT NULL);
`

const aboutOf = (entry: Entry): string | null => {
  if (entry.object === 'event') return entry.lane
  if (entry.object === 'charge' || entry.object === 'refund' || entry.object === 'dispute') {
    return typeof entry.payment_intent === 'string' ? entry.payment_intent : null
  }
  return entry.object === 'transfer_reversal' && typeof entry.transfer === 'string' ? entry.transfer : null
}

/** What a page asks for, in SQL. */
const conditionsOf = (kind: EntryKind, page: Page, seqOf: (id: string) => number) => {
  const { createdSeconds: created, startingAfter, endingBefore } = page
  const asked: (readonly [condition: string, value: SQLQueryBindings | undefined])[] = [
    ['kind = ?', kind],
    ['about = ?', page.about],
    ["json_extract(body, '$.charge') = ?", page.charge],
    ["json_extract(body, '$.transfer_group') = ?", page.transferGroup],
    ["json_extract(body, '$.destination') = ?", page.destination],
    ["json_extract(body, '$.source_transaction') = ?", page.sourceTransaction],
    ["json_extract(body, '$.type') = ?", page.type],
    ["json_extract(body, '$.status') = ?", page.status],
    ...Object.entries(page.metadata ?? {}).map(
      ([key, value]) => [`json_extract(body, '$.metadata."${key}"') = ?`, value] as const,
    ),
    ['created > ?', created?.gt],
    ['created >= ?', created?.gte],
    ['created < ?', created?.lt],
    ['created <= ?', created?.lte],
    ['seq < ?', startingAfter === undefined ? undefined : seqOf(startingAfter)],
    ['seq > ?', endingBefore === undefined ? undefined : seqOf(endingBefore)],
  ]
  const used = asked.flatMap(([condition, value]) => (value === undefined ? [] : [{ condition, value }]))
  return { where: used.map(({ condition }) => condition), values: used.map(({ value }) => value) }
}

/** The body of a row. The only writer of the table is `put`, so a body of a kind has that kind's shape. */
const decode = <K extends EntryKind>(row: unknown): EntryOf<K> | undefined => {
  const body = typeof row === 'object' && row !== null && 'body' in row ? row.body : undefined
  return typeof body === 'string' ? (JSON.parse(body) as EntryOf<K>) : undefined
}

/** A payment that was answered must still be there after kill -9 of the process or of the machine. */
const openDatabase = (file: string) => {
  const database = new Database(file, { create: true, strict: true })
  database.run('PRAGMA journal_mode = WAL')
  database.run('PRAGMA synchronous = FULL')
  database.run('PRAGMA busy_timeout = 5000')
  database.run(schema)
  return database
}

export const openStorage = (file: string) => {
  const database = openDatabase(file)

  const put = (entry: Entry) => {
    database
      .query(
        `INSERT INTO entries (id, kind, about, created, body) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
      )
      .run(entry.id, entry.object, aboutOf(entry), entry.created, JSON.stringify(entry))
  }

  const find = <K extends EntryKind>(kind: K, id: string): EntryOf<K> | undefined =>
    decode<K>(database.query('SELECT body FROM entries WHERE id = ? AND kind = ?').get(id, kind))

  const seqOf = (id: string): number => {
    const row: unknown = database.query('SELECT seq FROM entries WHERE id = ?').get(id)
    return typeof row === 'object' && row !== null && 'seq' in row ? Number(row.seq) : 0
  }

  /** Newest first, as Stripe lists. One more than `limit` is read by callers that need to know whether more follow. */
  const list = <K extends EntryKind>(kind: K, page: Page): EntryOf<K>[] => {
    const { where, values } = conditionsOf(kind, page, seqOf)
    // The page before an entry is the nearest ones, still shown newest first.
    const backwards = page.endingBefore !== undefined
    const order = backwards ? 'ASC' : 'DESC'
    const rows = database
      .query(`SELECT body FROM entries WHERE ${where.join(' AND ')} ORDER BY seq ${order} LIMIT ?`)
      .all(...values, page.limit)
      .map((row) => decode<K>(row))
      .filter((entry) => entry !== undefined)
    return backwards ? rows.reverse() : rows
  }

  const reset = database.transaction(() => {
    for (const table of ['entries', 'answers', 'deliveries', 'faults']) database.run(`DELETE FROM ${table}`)
  })

  return {
    database,
    put,
    find,
    list,
    reset,
    /** All or nothing: a refusal thrown inside leaves no trace. */
    atomically: <T>(work: () => T): T => database.transaction(work).immediate(),
    close: () => database.close(),
  }
}

export type Storage = ReturnType<typeof openStorage>
