import type { Storage } from './storage.ts'

export const OPERATIONS = [
  'create',
  'confirm',
  'capture',
  'cancel',
  'refund',
  'account',
  'transfer',
  'reversal',
  'retrieve',
  'webhook',
] as const
export type Operation = (typeof OPERATIONS)[number]

const REQUEST_KINDS = ['delay', 'error_before', 'error_after', 'drop_before', 'drop_after'] as const
const WEBHOOK_KINDS = ['delay', 'lost', 'doubled', 'reordered', 'bad_signature'] as const
const DECLINABLE: readonly Operation[] = ['create', 'confirm', 'capture']
/** What moves money between balances may find too little there. */
const REFUSABLE: readonly Operation[] = ['transfer', 'reversal']

export type FaultKind = (typeof REQUEST_KINDS)[number] | 'decline' | 'refuse' | (typeof WEBHOOK_KINDS)[number]

export interface FaultAsked {
  operation: Operation
  kind: FaultKind
  /** How often it strikes before it is used up. */
  times: number
  /** How long the request, or the webhook, waits. */
  delayMs: number
  declineCode?: string
  /** Strikes only this intent, or only intents with all of these metadata, or only this type of event. */
  intent?: string
  metadata?: Record<string, string>
  eventType?: string
}

export interface Fault extends FaultAsked {
  id: number
  remaining: number
}

export interface Target {
  intent?: string | undefined
  metadata?: Record<string, string> | undefined
  eventType?: string | undefined
}

const TIMES_MAX = 10_000
const DELAY_MAX_MS = 120_000

export const kindsOf = (operation: Operation): readonly FaultKind[] => {
  if (operation === 'webhook') return WEBHOOK_KINDS
  if (DECLINABLE.includes(operation)) return [...REQUEST_KINDS, 'decline']
  return REFUSABLE.includes(operation) ? [...REQUEST_KINDS, 'refuse'] : REQUEST_KINDS
}

export const isBounded = ({ times, delayMs }: FaultAsked) =>
  Number.isInteger(times) && times >= 1 && times <= TIMES_MAX && delayMs >= 0 && delayMs <= DELAY_MAX_MS

const strikes = (fault: FaultAsked, target: Target): boolean =>
  (fault.intent === undefined || fault.intent === target.intent) &&
  (fault.eventType === undefined || fault.eventType === target.eventType) &&
  Object.entries(fault.metadata ?? {}).every(([key, value]) => target.metadata?.[key] === value)

interface Row {
  id: number
  remaining: number
  spec: string
}

const decode = ({ id, remaining, spec }: Row): Fault => ({ ...(JSON.parse(spec) as FaultAsked), id, remaining })

/** Faults live in the data file, so that one that was asked for survives the restart it is meant to trouble. */
export const createFaults = ({ database }: Storage) => {
  const waiting = (operation: Operation) =>
    database
      .query<Row, [string]>('SELECT id, remaining, spec FROM faults WHERE operation = ? AND remaining > 0 ORDER BY id')
      .all(operation)
      .map(decode)

  return {
    set: (asked: FaultAsked): Fault => {
      const { lastInsertRowid } = database
        .query('INSERT INTO faults (operation, remaining, spec) VALUES (?, ?, ?)')
        .run(asked.operation, asked.times, JSON.stringify(asked))
      return { ...asked, id: Number(lastInsertRowid), remaining: asked.times }
    },

    /** The first fault that fits is used up once. */
    take: (operation: Operation, target: Target, kinds?: readonly FaultKind[]): Fault | undefined => {
      const fault = waiting(operation).find((each) => strikes(each, target) && (!kinds || kinds.includes(each.kind)))
      if (fault) database.query('UPDATE faults SET remaining = remaining - 1 WHERE id = ?').run(fault.id)
      return fault
    },

    all: (): Fault[] => database.query<Row, []>('SELECT id, remaining, spec FROM faults ORDER BY id').all().map(decode),

    clear: () => {
      database.run('DELETE FROM faults')
    },
  }
}

export type Faults = ReturnType<typeof createFaults>
