import type { Storage } from '../storage.ts'

const maxAttempts = 20
const maxPauseMs = 30_000

export type Delivery = {
  position: number
  event: string
  attempts: number
  forged: number
}

// One lane is one payment: its events arrive in the order in which they happened, each after the one before was
// accepted or given up. A held delivery stands beside the lane until something later has arrived.
const nextDeliveries = `
  SELECT position, event, attempts, forged FROM deliveries AS d WHERE state = 'pending' AND (
    (held = 0 AND due_ms <= $now AND NOT EXISTS (
      SELECT 1 FROM deliveries AS e
      WHERE e.lane = d.lane AND e.state = 'pending' AND e.held = 0 AND e.position < d.position))
    OR (held = 1 AND (due_ms <= $now OR EXISTS (
      SELECT 1 FROM deliveries AS l WHERE l.lane = d.lane AND l.state = 'delivered' AND l.position > d.position)))
  ) ORDER BY position LIMIT $limit`

/** How many deliveries there are of each state, and how many forgeries were accepted. */
const summaryOf = (database: Database) => {
  const counted = database
    .query<{ state: string; count: number }, []>('SELECT state, COUNT(*) AS count FROM deliveries GROUP BY state')
    .all()
  const count = (state: string) => counted.find((each) => each.state === state)?.count ?? 0
  const forged = database
    .query<{ accepted: number }, []>(
      'SELECT COUNT(*) AS accepted FROM deliveries WHERE forged_status BETWEEN 200 AND 299',
    )
    .get()
  return {
    pending: count('pending'),
    delivered: count('delivered'),
    lost: count('lost'),
    failed: count('failed'),
    forgedAccepted: forged?.accepted ?? 0,
  }
}

type Database = Storage['database']

type QueueDeps = {
  database: Database
  now: () => number
  /** The first pause before a delivery is tried again; it doubles up to half a minute. */
  firstPauseMs: number
}

/** Deliveries in the data file, so that a restart goes on where the process ended. */
export const createDeliveryQueue = ({ database, now, firstPauseMs }: QueueDeps) => ({
  next: (limit: number): Delivery[] =>
    database.query<Delivery, { now: number; limit: number }>(nextDeliveries).all({ now: now(), limit }),

  /** Notes how a delivery was answered: accepted, to be tried again later, or failed for good. */
  settle: ({ position, attempts }: Delivery, status: number): void => {
    const tried = attempts + 1
    const accepted = status >= 200 && status < 300
    const state = accepted ? 'delivered' : tried >= maxAttempts ? 'failed' : 'pending'
    const pauseMs = Math.min(firstPauseMs * 2 ** attempts, maxPauseMs)
    database
      .query('UPDATE deliveries SET state = ?, attempts = ?, last_status = ?, due_ms = ?, held = 0 WHERE position = ?')
      .run(state, tried, status, now() + pauseMs, position)
  },

  /** Nothing is known of its event any more. */
  drop: ({ position }: Delivery): void => {
    database.query("UPDATE deliveries SET state = 'failed' WHERE position = ?").run(position)
  },

  noteForged: ({ position }: Delivery, status: number): void => {
    database.query('UPDATE deliveries SET forged = 0, forged_status = ? WHERE position = ?').run(status, position)
  },

  /** How long until the next delivery is due that is not due yet. */
  untilDueMs: (): number | undefined => {
    const row = database
      .query<{ due: number | null }, [number]>(
        "SELECT MIN(due_ms) AS due FROM deliveries WHERE state = 'pending' AND due_ms > ?",
      )
      .get(now())
    return row?.due == null ? undefined : Math.max(row.due - now(), 1)
  },

  summary: () => summaryOf(database),
})
